using IpfsKit.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="IIpfsKitClient"/>.</summary>
public static class IpfsKitClientServiceCollectionExtensions
{
    /// <summary>Registers the client as a singleton over the <see cref="IClusterClient"/> of the same services.</summary>
    /// <remarks>
    /// Options come from the section <c>IpfsKit:Client</c> of a registered <see cref="IConfiguration"/>, then from <paramref name="configure"/>; they
    /// are validated when the host starts or the client is first used. An <see cref="IIpfsKitClient"/> that is already registered stays. Calling this twice is
    /// harmless: both <paramref name="configure"/> apply. The cluster client is registered by <c>UseOrleansClient()</c> or <c>UseOrleans()</c>.
    /// </remarks>
    public static IIpfsKitClientBuilder AddIpfsKitClient(this IServiceCollection services, Action<IpfsKitClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<IpfsKitClientOptions>();
        // The section first, so that what code says wins.
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<IpfsKitClientOptions>, ConfigureFromSection>());
        if (configure is not null)
            options.Configure(configure);
        if (services.FirstOrDefault(service => service.ServiceType == typeof(IpfsKitClientBuilder))?.ImplementationInstance is IpfsKitClientBuilder builder)
            return builder;

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<IpfsKitClientOptions>, IpfsKitClientOptionsValidator>());
        options.ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddIpfsKitClusterTls();
        services.TryAddSingleton(Create);

        var http = services.AddHttpClient(IpfsKitClientOptions.HttpClientName)
            .ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(provider => new SocketsHttpHandler
            {
                ConnectTimeout = provider.GetRequiredService<IOptions<IpfsKitClientOptions>>().Value.ConnectTimeout,
                // An upload that is going to be refused must not have consumed its source.
                Expect100ContinueTimeout = TimeSpan.FromSeconds(5),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                AllowAutoRedirect = false,
                UseCookies = false,
                AutomaticDecompression = System.Net.DecompressionMethods.None,
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        // One line per request and phase is noise beside one per failed silo.
        http.RemoveAllLoggers();
        builder = new IpfsKitClientBuilder(services, http);
        services.AddSingleton(builder);
        return builder;
    }

    private static IIpfsKitClient Create(IServiceProvider provider)
    {
        var cluster = provider.GetService<IClusterClient>() ?? throw new InvalidOperationException(
            "IIpfsKitClient needs an Orleans IClusterClient, and none is registered. Call builder.UseOrleansClient() on the host that "
            + "calls AddIpfsKitClient(), or UseOrleans() if it is a silo.");
        return IpfsKitClient.Create(
            cluster,
            provider.GetRequiredService<IHttpClientFactory>(),
            provider.GetRequiredService<IOptions<IpfsKitClientOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILoggerFactory>() ?? Logging.Abstractions.NullLoggerFactory.Instance);
    }

    private sealed class ConfigureFromSection(IServiceProvider provider) : IConfigureOptions<IpfsKitClientOptions>
    {
        public void Configure(IpfsKitClientOptions options) =>
            provider.GetService<IConfiguration>()?.GetSection(IpfsKitClientOptions.SectionName).Bind(options);
    }
}
