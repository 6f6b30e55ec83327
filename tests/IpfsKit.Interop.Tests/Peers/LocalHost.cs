using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Protocols.Ping;
using IpfsKit.Multiformats;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Interop.Tests.Peers;

/// <summary>A whole host of this library, as applications have it.</summary>
internal sealed class LocalHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private LocalHost(ServiceProvider services) => _services = services;

    public ILibp2pHost Host => _services.GetRequiredService<ILibp2pHost>();

    public IPingService Ping => _services.GetRequiredService<IPingService>();

    public PeerId PeerId => Host.LocalPeer.PeerId;

    /// <summary>Where it listens, with its peer id.</summary>
    public string Address => Host.LocalPeer.ListenAddresses[0].Encapsulate(Multiaddr.FromPeerId(PeerId)).ToString();

    public static async Task<LocalHost> StartAsync(string listenAddress = "/ip4/127.0.0.1/tcp/0")
    {
        var services = new ServiceCollection();
        services.AddLibp2p(options =>
        {
            options.ListenAddresses.Add(listenAddress);
            options.Identify.AgentVersion = "ipfskit-interop";
            options.Identify.PushDelay = TimeSpan.FromMilliseconds(10);
        });
        var host = new LocalHost(services.BuildServiceProvider());
        host.Host.SetStreamHandler(ProtocolMatcher.Exact(Handlers.Echo), EchoAsync);
        await host.Host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static async Task EchoAsync(IProtocolStream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[256 << 10];
        while (await stream.ReadAsync(buffer, cancellationToken) is var read && read > 0)
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        await stream.CompleteWritesAsync(cancellationToken);
    }
}
