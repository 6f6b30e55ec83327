using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.PrivateNetworks;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Security.Tls;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Libp2p.Transports.InMemory;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Libp2p.Transports.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>Chooses what a host is made of. Calling a method twice is harmless.</summary>
public static class Libp2pBuilderExtensions
{
    /// <summary>Gives the host a key, which stays the caller's; otherwise it comes from <see cref="Libp2pOptions.IdentityPath"/>.</summary>
    public static ILibp2pBuilder UseIdentity(this ILibp2pBuilder builder, PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        builder.Services.Replace(ServiceDescriptor.Singleton(new HostIdentity(key)));
        return builder;
    }

    /// <summary>Gives the host a key of the services, which stays theirs.</summary>
    public static ILibp2pBuilder UseIdentity(this ILibp2pBuilder builder, Func<IServiceProvider, PrivateKey> key)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(key);
        builder.Services.Replace(ServiceDescriptor.Singleton(provider => new HostIdentity(key(provider))));
        return builder;
    }

    /// <summary>Leaves it to the caller to start and stop the host; the .NET host does so no longer. Call it before protocols are added.</summary>
    public static ILibp2pBuilder StartManually(this ILibp2pBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        for (var i = builder.Services.Count - 1; i >= 0; i--)
        {
            if (builder.Services[i] is { IsKeyedService: false } service && service.ImplementationType == typeof(HostedLibp2p))
                builder.Services.RemoveAt(i);
        }

        return builder;
    }

    /// <summary>Puts the host into a private network: it talks only to peers that have the same key. The key stays the caller's; otherwise it comes from <see cref="Libp2pOptions.PrivateNetworkKeyPath"/>.</summary>
    public static ILibp2pBuilder UsePrivateNetwork(this ILibp2pBuilder builder, PrivateNetworkKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        builder.Services.Replace(ServiceDescriptor.Singleton(new HostNetwork(key, IsOwner: false)));
        return builder;
    }

    /// <summary>Adds TCP: <c>/ip4/…/tcp/…</c>, <c>/ip6/…/tcp/…</c>. It is configured by <see cref="Libp2pOptions.Tcp"/>, on which <paramref name="configure"/> acts as well.</summary>
    public static ILibp2pBuilder AddTcp(this ILibp2pBuilder builder, Action<TcpOptions>? configure = null)
    {
        Configure(builder, configure is null ? null : options => configure(options.Tcp));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ITransport, TcpTransport>(HostFactory.CreateTcp));
        return builder;
    }

    /// <summary>Adds WebSockets: <c>/ws</c>, <c>/tls/ws</c> and <c>/wss</c> behind a TCP address. They are configured by <see cref="Libp2pOptions.WebSocket"/>, on which <paramref name="configure"/> acts as well.</summary>
    public static ILibp2pBuilder AddWebSockets(this ILibp2pBuilder builder, Action<WebSocketOptions>? configure = null)
    {
        Configure(builder, configure is null ? null : options => configure(options.WebSocket));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ITransport, WebSocketTransport>(HostFactory.CreateWebSockets));
        return builder;
    }

    /// <summary>Adds a network in memory: <c>/memory/…</c>, for tests and simulations.</summary>
    public static ILibp2pBuilder AddInMemory(this ILibp2pBuilder builder, InMemoryNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ITransport, InMemoryTransport>(_ => new InMemoryTransport(network)));
        return builder;
    }

    /// <summary>Adds Noise: <c>/noise</c>. The protocol that is added first is preferred.</summary>
    public static ILibp2pBuilder AddNoise(this ILibp2pBuilder builder)
    {
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ISecurityProtocol, NoiseProtocol>(HostFactory.CreateNoise));
        return builder;
    }

    /// <summary>Adds TLS: <c>/tls/1.0.0</c>. The protocol that is added first is preferred.</summary>
    public static ILibp2pBuilder AddTls(this ILibp2pBuilder builder)
    {
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ISecurityProtocol, TlsProtocol>(HostFactory.CreateTls));
        return builder;
    }

    /// <summary>Adds yamux: <c>/yamux/1.0.0</c>. It is configured by <see cref="Libp2pOptions.Yamux"/>, on which <paramref name="configure"/> acts as well.</summary>
    public static ILibp2pBuilder AddYamux(this ILibp2pBuilder builder, Action<YamuxOptions>? configure = null)
    {
        Configure(builder, configure is null ? null : options => configure(options.Yamux));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IMuxer, YamuxMuxer>(HostFactory.CreateYamux));
        return builder;
    }

    /// <summary>Adds a stream handler that the services make.</summary>
    public static ILibp2pBuilder AddStreamHandler<THandler>(this ILibp2pBuilder builder)
        where THandler : class, IStreamHandler
    {
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IStreamHandler, THandler>());
        return builder;
    }

    private static void Configure(ILibp2pBuilder builder, Action<Libp2pOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (configure is not null)
            builder.Services.Configure(configure);
    }
}
