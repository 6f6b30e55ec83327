using IpfsKit.Connections.Tls;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds <see cref="ClusterTls"/> to a silo or client.</summary>
public static class ClusterTlsServiceCollectionExtensions
{
    /// <summary>
    /// Opens the connections of an Orleans client with TLS where <c>IpfsKit:Cluster:Tls</c> names a certificate. <c>AddIpfsKitClient</c> and <c>AddIpfsKit</c> call it; a silo takes connections with TLS by the latter. Calling it again is
    /// harmless.
    /// </summary>
    public static IServiceCollection AddIpfsKitClusterTls(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(service => service.ServiceType == typeof(ClusterTls)))
            return services;
        services.AddOptionsWithValidateOnStart<ClusterTlsOptions>();
        services.AddSingleton<IConfigureOptions<ClusterTlsOptions>, ConfigureFromSection>();
        services.AddSingleton<IValidateOptions<ClusterTlsOptions>, ClusterTlsOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ClusterTls>();
        services.AddOptions<ClientConnectionOptions>().Configure<ClusterTls>(static (options, tls) =>
        {
            if (tls.IsEnabled)
                options.ConfigureConnection(tls.Dial);
        });
        return services;
    }
}
