using System.Diagnostics.Metrics;
using IpfsKit.Bitswap;
using IpfsKit.Bitswap.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>Adds bitswap to a libp2p host.</summary>
public static class BitswapLibp2pBuilderExtensions
{
    /// <summary>Registers <see cref="IBitswap"/> as a singleton that starts and stops with the .NET host.</summary>
    /// <remarks>
    /// <para>Needs an <see cref="Ipld.IBlockStore"/> among the services: what is served comes from it, and what is fetched goes to it. Uses an <see cref="IProviderFinder"/>, an <see cref="IServePolicy"/> and an
    /// <see cref="IFetchObserver"/> where they are registered.</para>
    /// <para>Options come from the section <c>IpfsKit:Bitswap</c> of a registered <see cref="IConfiguration"/>, then from <paramref name="configure"/>; they are validated when the host starts or is first used. Calling this twice is
    /// harmless: both <paramref name="configure"/> apply. Without a .NET host, or where the libp2p host is started by hand, bitswap starts when <see cref="IBitswap"/> is first resolved, best before <see cref="ILibp2pHost.StartAsync"/>, and stops when the services are disposed.</para>
    /// </remarks>
    public static ILibp2pBuilder AddBitswap(this ILibp2pBuilder builder, Action<BitswapOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var options = services.AddOptions<BitswapOptions>();
        // The section first, so that what code says wins.
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<BitswapOptions>, ConfigureFromSection>());
        if (configure is not null)
            options.Configure(configure);
        if (services.Any(service => service.ServiceType == typeof(BitswapExchange)))
            return builder;

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BitswapOptions>, BitswapOptionsValidator>());
        options.ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new BitswapInstruments(provider.GetService<IMeterFactory>()));
        services.AddSingleton(BitswapFactory.Create);
        services.AddSingleton<IBitswap>(provider => provider.GetRequiredService<BitswapExchange>());
        if (builder.IsHosted)
            services.AddSingleton<IHostedService, HostedBitswap>();
        return builder;
    }

    private sealed class ConfigureFromSection(IServiceProvider provider) : IConfigureOptions<BitswapOptions>
    {
        public void Configure(BitswapOptions options) => provider.GetService<IConfiguration>()?.GetSection(BitswapOptions.SectionName).Bind(options);
    }
}
