using IpfsKit.Persistence.AzureStorage;
using IpfsKit.Persistence.AzureStorage.Clustering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;

namespace Orleans.Hosting;

/// <summary>Makes silos a cluster, and clients find it, by a table in Azure Storage.</summary>
public static class AzureStorageClusteringExtensions
{
    /// <summary>Keeps the membership of the silo's cluster in a table.</summary>
    public static ISiloBuilder UseAzureStorageClustering(this ISiloBuilder builder, Action<AzureStorageClusteringOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(configureOptions);
        return builder.UseAzureStorageClustering((OptionsBuilder<AzureStorageClusteringOptions> options) => options.Configure(configureOptions));
    }

    /// <summary>Keeps the membership of the silo's cluster in a table.</summary>
    public static ISiloBuilder UseAzureStorageClustering(this ISiloBuilder builder, Action<OptionsBuilder<AzureStorageClusteringOptions>> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configureOptions);
        var services = builder.Services;
        configureOptions(services.AddOptions<AzureStorageClusteringOptions>());
        services.AddTransient<IConfigurationValidator>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<AzureStorageClusteringOptions>>().Value;
            return new AzureStorageClusteringValidator(nameof(AzureStorageClusteringOptions), options.TableServiceClient, options.TableName, Cluster(provider));
        });
        services.AddSingleton<IMembershipTable, AzureTableMembership>().ConfigureFormatter<AzureStorageClusteringOptions>();
        return builder;
    }

    /// <summary>Finds the gateways of the client's cluster in the table of its membership.</summary>
    public static IClientBuilder UseAzureStorageClustering(this IClientBuilder builder, Action<AzureStorageGatewayOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(configureOptions);
        return builder.UseAzureStorageClustering((OptionsBuilder<AzureStorageGatewayOptions> options) => options.Configure(configureOptions));
    }

    /// <summary>Finds the gateways of the client's cluster in the table of its membership.</summary>
    public static IClientBuilder UseAzureStorageClustering(this IClientBuilder builder, Action<OptionsBuilder<AzureStorageGatewayOptions>> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configureOptions);
        var services = builder.Services;
        configureOptions(services.AddOptions<AzureStorageGatewayOptions>());
        services.AddTransient<IConfigurationValidator>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<AzureStorageGatewayOptions>>().Value;
            return new AzureStorageClusteringValidator(nameof(AzureStorageGatewayOptions), options.TableServiceClient, options.TableName, Cluster(provider));
        });
        services.AddSingleton<IGatewayListProvider, AzureTableGateways>().ConfigureFormatter<AzureStorageGatewayOptions>();
        return builder;
    }

    private static ClusterOptions Cluster(IServiceProvider provider) => provider.GetRequiredService<IOptions<ClusterOptions>>().Value;
}
