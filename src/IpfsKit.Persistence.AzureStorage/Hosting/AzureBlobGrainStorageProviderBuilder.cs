using IpfsKit.Persistence.AzureStorage.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Providers;
using Orleans.Storage;

[assembly: RegisterProvider("AzureBlobStorage", "GrainStorage", "Silo", typeof(AzureBlobGrainStorageProviderBuilder))]

namespace IpfsKit.Persistence.AzureStorage.Hosting;

/// <summary>Makes <c>Orleans:GrainStorage:&lt;name&gt;:ProviderType=AzureBlobStorage</c> work.</summary>
/// <remarks>
/// Beside it stand <c>ContainerName</c>, <c>MaxStateBytes</c> and the other settings of <see cref="AzureBlobStorageOptions"/>, <c>SerializerKey</c>, which names a keyed <see cref="IGrainStorageSerializer"/>, and what
/// <see cref="ConfiguredClient"/> reads.
/// </remarks>
internal sealed class AzureBlobGrainStorageProviderBuilder : IProviderBuilder<ISiloBuilder>
{
    /// <inheritdoc/>
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.AddAzureBlobGrainStorage(name!, (OptionsBuilder<AzureBlobStorageOptions> options) => options.Configure<IServiceProvider>((storage, services) =>
        {
            configurationSection.Bind(storage);
            storage.BlobServiceClient = ConfiguredClient.Blobs(configurationSection, services);
            if (configurationSection["SerializerKey"] is { Length: > 0 } key)
                storage.GrainStorageSerializer = services.GetRequiredKeyedService<IGrainStorageSerializer>(key);
        }));
}
