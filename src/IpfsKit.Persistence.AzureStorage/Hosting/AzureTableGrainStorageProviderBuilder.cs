using IpfsKit.Persistence.AzureStorage.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Providers;
using Orleans.Storage;

[assembly: RegisterProvider("AzureTableStorage", "GrainStorage", "Silo", typeof(AzureTableGrainStorageProviderBuilder))]

namespace IpfsKit.Persistence.AzureStorage.Hosting;

/// <summary>Makes <c>Orleans:GrainStorage:&lt;name&gt;:ProviderType=AzureTableStorage</c> work.</summary>
/// <remarks>
/// Beside it stand <c>TableName</c>, <c>UseStringFormat</c> and the other settings of <see cref="AzureTableStorageOptions"/>, <c>SerializerKey</c>, which names a keyed <see cref="IGrainStorageSerializer"/>, and what
/// <see cref="ConfiguredClient"/> reads.
/// </remarks>
internal sealed class AzureTableGrainStorageProviderBuilder : IProviderBuilder<ISiloBuilder>
{
    /// <inheritdoc/>
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.AddAzureTableGrainStorage(name!, (OptionsBuilder<AzureTableStorageOptions> options) => options.Configure<IServiceProvider>((storage, services) =>
        {
            configurationSection.Bind(storage);
            storage.TableServiceClient = ConfiguredClient.Tables(configurationSection, services);
            if (configurationSection["SerializerKey"] is { Length: > 0 } key)
                storage.GrainStorageSerializer = services.GetRequiredKeyedService<IGrainStorageSerializer>(key);
        }));
}
