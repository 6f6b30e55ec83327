using IpfsKit.Bitswap.Hosting;
using IpfsKit.Bitswap.Messages;
using IpfsKit.Bitswap.Tests.Network;
using IpfsKit.Ipld;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using IpfsKit.Storage;
using IpfsKit.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Bitswap.Tests.Hosting;

/// <summary>A host with bitswap and a store in memory, as an application registers it.</summary>
internal sealed class ExchangeNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private ExchangeNode(ServiceProvider services, MemoryBlockStore store, RecordingObserver observer)
    {
        (_services, Store, Observer) = (services, store, observer);
        // First, so that nobody meets the host without it.
        Bitswap = services.GetRequiredService<IBitswap>();
        Host = services.GetRequiredService<ILibp2pHost>();
    }

    public IBitswap Bitswap { get; }

    /// <summary>The same, from within.</summary>
    public BitswapExchange Exchange => (BitswapExchange)Bitswap;

    /// <summary>What is told of peers.</summary>
    public RecordingObserver Observer { get; }

    public ILibp2pHost Host { get; }

    public MemoryBlockStore Store { get; }

    public PeerId Id => Host.LocalPeer.PeerId;

    public PeerInfo Info => new(Id, Host.LocalPeer.ListenAddresses);

    /// <summary>Starts one, on loopback where there is no network in memory; the best version that it speaks has the id of index <paramref name="newest"/>.</summary>
    public static async Task<ExchangeNode> StartAsync(InMemoryNetwork? network, int newest = 0, MemoryBlockStore? store = null)
    {
        var collection = new ServiceCollection();
        store ??= new MemoryBlockStore();
        collection.AddSingleton<IBlockStore>(store);
        var builder = collection.AddLibp2p(options => options.ListenAddresses.Add(network is null ? "/ip4/127.0.0.1/tcp/0" : "/memory/0")).UseIdentity(PrivateKey.Generate()).AddBitswap();
        if (network is not null)
            builder.AddInMemory(network);
        var observer = new RecordingObserver();
        collection.AddSingleton<IFetchObserver>(observer);
        var node = new ExchangeNode(collection.BuildServiceProvider(), store, observer);
        foreach (var id in BitswapProtocol.Ids.Take(newest))
            node.Host.RemoveStreamHandler(id);
        await node.Host.StartAsync(TestContext.Current.CancellationToken);
        return node;
    }

    public Task UntilPeersAsync(int count) => Eventually.TrueAsync(
        $"{count} peers", () => Task.FromResult(Bitswap.Peers.Count == count), TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
