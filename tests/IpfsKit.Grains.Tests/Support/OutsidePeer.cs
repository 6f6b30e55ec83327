using IpfsKit.Bitswap;
using IpfsKit.Ipld;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;
using IpfsKit.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.TestKit.Exchange;

/// <summary>A peer outside of any cluster: a libp2p host on 127.0.0.1 that serves a store in memory by bitswap.</summary>
internal sealed class OutsidePeer : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private OutsidePeer(ServiceProvider services) => _services = services;

    public ILibp2pHost Host => _services.GetRequiredService<ILibp2pHost>();

    public IBitswap Bitswap => _services.GetRequiredService<IBitswap>();

    /// <summary>Its blocks.</summary>
    public MemoryBlockStore Store => _services.GetRequiredService<MemoryBlockStore>();

    public PeerId PeerId => Host.LocalPeer.PeerId;

    /// <summary>Where it is, ending in <c>/p2p/…</c>.</summary>
    public Multiaddr Address => Host.LocalPeer.ListenAddresses[0].Encapsulate(Multiaddr.FromPeerId(PeerId));

    public static async Task<OutsidePeer> StartAsync(params Block[] blocks)
    {
        var services = new ServiceCollection();
        services.AddSingleton(new MemoryBlockStore());
        services.AddSingleton<IBlockStore>(provider => provider.GetRequiredService<MemoryBlockStore>());
        services.AddLibp2p(options => options.ListenAddresses = ["/ip4/127.0.0.1/tcp/0"]).StartManually().AddBitswap();
        var peer = new OutsidePeer(services.BuildServiceProvider());
        await peer.Store.PutManyAsync(blocks);
        // Bitswap begins when it is first asked for, before anybody can connect.
        _ = peer.Bitswap;
        await peer.Host.StartAsync();
        return peer;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
