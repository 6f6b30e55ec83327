using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Protocols.Ping;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a libp2p host.</summary>
public static class Libp2pServiceCollectionExtensions
{
    /// <summary>Registers <see cref="ILibp2pHost"/> as a singleton that starts and stops with the .NET host; and <see cref="IPingService"/>, <see cref="IConnectionGater"/>.</summary>
    /// <remarks>
    /// Options come from the section <c>IpfsKit:Libp2p</c> of a registered <see cref="IConfiguration"/>, then from <paramref name="configure"/>; they are validated when the host starts or is first used. What is registered
    /// before stays. Calling this twice is harmless: both <paramref name="configure"/> apply. Without a .NET host, call <see cref="ILibp2pHost.StartAsync"/> and <see cref="ILibp2pHost.StopAsync"/>.
    /// </remarks>
    public static ILibp2pBuilder AddLibp2p(this IServiceCollection services, Action<Libp2pOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<Libp2pOptions>();
        // The section first, so that what code says wins.
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<Libp2pOptions>, ConfigureFromSection>());
        if (configure is not null)
            options.Configure(configure);
        if (services.FirstOrDefault(service => service.ServiceType == typeof(Libp2pBuilder))?.ImplementationInstance is Libp2pBuilder builder)
            return builder;

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<Libp2pOptions>, Libp2pOptionsValidator>());
        options.ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(HostFactory.CreateInstruments);
        services.TryAddSingleton(HostFactory.CreateIdentity);
        services.TryAddSingleton(HostFactory.CreateNetwork);
        services.TryAddSingleton(HostFactory.CreateGater);
        services.TryAddSingleton(HostFactory.CreateDns);
        services.TryAddSingleton(HostFactory.Create);
        services.TryAddSingleton<ILibp2pHost>(provider => provider.GetRequiredService<Libp2pHost>());
        services.TryAddSingleton<IPingService>(provider => provider.GetRequiredService<Libp2pHost>().Ping);
        services.AddSingleton<IHostedService, HostedLibp2p>();
        builder = new Libp2pBuilder(services);
        services.AddSingleton(builder);
        return builder;
    }

    private sealed class ConfigureFromSection(IServiceProvider provider) : IConfigureOptions<Libp2pOptions>
    {
        public void Configure(Libp2pOptions options) => provider.GetService<IConfiguration>()?.GetSection(Libp2pOptions.SectionName).Bind(options);
    }
}
