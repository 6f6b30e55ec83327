using IpfsKit.Bitswap.Messages;
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

    private ExchangeNode(ServiceProvider services, MemoryBlockStore store)
    {
        (_services, Store) = (services, store);
        // First, so that nobody meets the host without it.
        Bitswap = services.GetRequiredService<IBitswap>();
        Host = services.GetRequiredService<ILibp2pHost>();
    }

    public IBitswap Bitswap { get; }

    public ILibp2pHost Host { get; }

    public MemoryBlockStore Store { get; }

    public PeerId Id => Host.LocalPeer.PeerId;

    public PeerInfo Info => new(Id, Host.LocalPeer.ListenAddresses);

    /// <summary>Starts one, on loopback where there is no network in memory; the best version that it speaks has the id of index <paramref name="newest"/>.</summary>
    public static async Task<ExchangeNode> StartAsync(InMemoryNetwork? network, int newest = 0)
    {
        var collection = new ServiceCollection();
        var store = new MemoryBlockStore();
        collection.AddSingleton<IBlockStore>(store);
        var builder = collection.AddLibp2p(options => options.ListenAddresses.Add(network is null ? "/ip4/127.0.0.1/tcp/0" : "/memory/0")).UseIdentity(PrivateKey.Generate()).AddBitswap();
        if (network is not null)
            builder.AddInMemory(network);
        var node = new ExchangeNode(collection.BuildServiceProvider(), store);
        foreach (var id in BitswapProtocol.Ids.Take(newest))
            node.Host.RemoveStreamHandler(id);
        await node.Host.StartAsync(TestContext.Current.CancellationToken);
        return node;
    }

    public Task UntilPeersAsync(int count) => Eventually.TrueAsync(
        $"{count} peers", () => Task.FromResult(Bitswap.Peers.Count == count), TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
