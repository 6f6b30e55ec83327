using System.Diagnostics.Metrics;
using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Dns;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.PrivateNetworks;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Security.Tls;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Libp2p.Transports.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>Makes a host out of services; what nobody registered is the default.</summary>
internal static class HostFactory
{
    /// <summary>The host.</summary>
    public static Libp2pHost Create(IServiceProvider provider)
    {
        var services = new HostServices
        {
            Options = Configured(provider),
            Key = provider.GetRequiredService<HostIdentity>().Key,
            Transports = OrDefault(provider.GetServices<ITransport>(), () => [CreateTcp(provider), CreateWebSockets(provider)]),
            SecurityProtocols = OrDefault(provider.GetServices<ISecurityProtocol>(), () => [CreateNoise(provider), CreateTls(provider)]),
            Muxers = OrDefault(provider.GetServices<IMuxer>(), () => [CreateYamux(provider)]),
            Protector = provider.GetRequiredService<HostNetwork>().Protector,
            TimeProvider = provider.GetRequiredService<TimeProvider>(),
            Loggers = Loggers(provider),
            Instruments = provider.GetRequiredService<Libp2pInstruments>(),
            Gater = provider.GetRequiredService<IConnectionGater>(),
            Dns = provider.GetRequiredService<IDnsResolver>(),
        };
        var host = new Libp2pHost(services);
        foreach (var handler in provider.GetServices<IStreamHandler>())
            host.SetStreamHandler(handler.Protocol, handler.HandleAsync, handler.Options);
        return host;
    }

    /// <summary>The key of the options' file, or a new one.</summary>
    public static HostIdentity CreateIdentity(IServiceProvider provider) =>
        new(Configured(provider).IdentityPath is { } path ? IdentityFile.LoadOrCreate(path) : PrivateKey.Generate());

    /// <summary>The network of the options' key file, or the public one.</summary>
    /// <remarks>A file that has no key stops the start: a host that should be in a private network must not talk to the public one.</remarks>
    public static HostNetwork CreateNetwork(IServiceProvider provider) =>
        new(Configured(provider).PrivateNetworkKeyPath is { } path ? PrivateNetworkKey.Load(path) : null, IsOwner: true);

    public static IConnectionGater CreateGater(IServiceProvider provider)
    {
        var gater = new ConnectionGater();
        gater.Add(Configured(provider).Connections);
        return gater;
    }

    public static Libp2pInstruments CreateInstruments(IServiceProvider provider) => new(provider.GetService<IMeterFactory>());

    public static IDnsResolver CreateDns(IServiceProvider provider) => new DnsClientResolver(Configured(provider).Dns);

    public static NoiseProtocol CreateNoise(IServiceProvider provider) => new(provider.GetRequiredService<HostIdentity>().Key);

    public static TlsProtocol CreateTls(IServiceProvider provider) => new(provider.GetRequiredService<HostIdentity>().Key, provider.GetRequiredService<TimeProvider>());

    public static YamuxMuxer CreateYamux(IServiceProvider provider)
    {
        var instruments = provider.GetRequiredService<Libp2pInstruments>();
        return new(
            Options.Create(Configured(provider).Yamux),
            provider.GetRequiredService<TimeProvider>(),
            Loggers(provider).CreateLogger<YamuxMuxer>(),
            () => instruments.Refused(ScopeKind.Connection, ResourceKind.Streams));
    }

    public static TcpTransport CreateTcp(IServiceProvider provider) =>
        new(Configured(provider).Tcp, provider.GetRequiredService<TimeProvider>(), Loggers(provider).CreateLogger<TcpTransport>(), provider.GetService<TcpPortReservations>());

    public static WebSocketTransport CreateWebSockets(IServiceProvider provider) => new(
        CreateTcp(provider),
        Configured(provider).WebSocket,
        provider.GetRequiredService<TimeProvider>(),
        Loggers(provider).CreateLogger<WebSocketTransport>(),
        () => provider.GetRequiredService<Libp2pInstruments>().Refused(ScopeKind.Address, ResourceKind.Connections));

    private static Libp2pOptions Configured(IServiceProvider provider) => provider.GetRequiredService<IOptions<Libp2pOptions>>().Value;

    private static ILoggerFactory Loggers(IServiceProvider provider) => provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;

    private static IReadOnlyList<T> OrDefault<T>(IEnumerable<T> registered, Func<IReadOnlyList<T>> create) => registered.ToArray() is { Length: > 0 } some ? some : create();
}
