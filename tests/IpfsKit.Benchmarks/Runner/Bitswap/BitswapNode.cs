using IpfsKit.Bitswap;
using IpfsKit.Ipld;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Benchmarks.Runner.Bitswap;

/// <summary>A host with bitswap as <c>AddBitswap</c> makes it, over Noise and yamux. The store stays the caller's.</summary>
internal sealed class BitswapNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    private readonly ServiceProvider _services;

    private BitswapNode(ServiceProvider services)
    {
        _services = services;
        // First, so that nobody meets the host without it.
        Bitswap = services.GetRequiredService<IBitswap>();
        Host = services.GetRequiredService<ILibp2pHost>();
    }

    public ILibp2pHost Host { get; }

    public IBitswap Bitswap { get; }

    public PeerInfo Info => new(Host.LocalPeer.PeerId, Host.LocalPeer.ListenAddresses);

    /// <summary>Where it listens, with its peer id.</summary>
    public string Address => Host.LocalPeer.ListenAddresses[0].Encapsulate(Multiaddr.FromPeerId(Host.LocalPeer.PeerId)).ToString();

    /// <summary>Starts one, over TCP on loopback or over a network in memory.</summary>
    public static async Task<BitswapNode> StartAsync(IBlockStore store, Action<BitswapOptions>? configure = null, InMemoryNetwork? network = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(store);
        var builder = services
            .AddLibp2p(options => options.ListenAddresses.Add(network is null ? "/ip4/127.0.0.1/tcp/0" : "/memory/0"))
            .UseIdentity(PrivateKey.Generate())
            .AddNoise()
            .AddBitswap(configure);
        if (network is not null)
            builder.AddInMemory(network);
        var node = new BitswapNode(services.BuildServiceProvider());
        await node.Host.StartAsync();
        return node;
    }

    /// <summary>Connects, and waits until each side knows that the other speaks bitswap.</summary>
    public async Task ConnectAsync(PeerInfo peer)
    {
        await Host.ConnectAsync(peer);
        using var patience = new CancellationTokenSource(Patience);
        while (!Bitswap.Peers.Contains(peer.PeerId))
            await Task.Delay(Look, patience.Token);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
