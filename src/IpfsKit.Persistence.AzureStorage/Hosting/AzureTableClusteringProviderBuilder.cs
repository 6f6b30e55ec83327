using IpfsKit.Persistence.AzureStorage.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Orleans.Providers;

[assembly: RegisterProvider("AzureTableStorage", "Clustering", "Silo", typeof(AzureTableClusteringProviderBuilder))]
[assembly: RegisterProvider("AzureTableStorage", "Clustering", "Client", typeof(AzureTableClusteringProviderBuilder))]

namespace IpfsKit.Persistence.AzureStorage.Hosting;

/// <summary>Makes <c>Orleans:Clustering:ProviderType=AzureTableStorage</c> work, in silos and clients. Beside it stand <c>TableName</c> and what <see cref="ConfiguredClient"/> reads.</summary>
internal sealed class AzureTableClusteringProviderBuilder : IProviderBuilder<ISiloBuilder>, IProviderBuilder<IClientBuilder>
{
    /// <inheritdoc/>
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.UseAzureStorageClustering((OptionsBuilder<AzureStorageClusteringOptions> options) => options.Configure<IServiceProvider>((clustering, services) =>
        {
            configurationSection.Bind(clustering);
            clustering.TableServiceClient = ConfiguredClient.Tables(configurationSection, services);
        }));

    /// <inheritdoc/>
    public void Configure(IClientBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.UseAzureStorageClustering((OptionsBuilder<AzureStorageGatewayOptions> options) => options.Configure<IServiceProvider>((gateways, services) =>
        {
            configurationSection.Bind(gateways);
            gateways.TableServiceClient = ConfiguredClient.Tables(configurationSection, services);
        }));
}
