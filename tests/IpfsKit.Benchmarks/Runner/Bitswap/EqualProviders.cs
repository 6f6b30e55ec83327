using IpfsKit.Ipld;
using IpfsKit.Libp2p;
using IpfsKit.Multiformats;
using IpfsKit.Storage;

namespace IpfsKit.Benchmarks.Runner.Bitswap;

/// <summary>Peers that all have one file, each behind a link of its own, on a network in memory.</summary>
internal sealed class EqualProviders : IAsyncDisposable
{
    private const int ReadAhead = 256;

    private static readonly InMemoryConditions Link = new() { Latency = TimeSpan.FromMilliseconds(20), BytesPerSecond = 8 << 20 };

    private readonly InMemoryNetwork _network = new() { Conditions = Link };
    private readonly List<BitswapNode> _nodes = [];
    private readonly BitswapContent _content;
    private Cid _root;

    private EqualProviders(BitswapContent content) => _content = content;

    public static async Task<EqualProviders> StartAsync(int count, BitswapContent content)
    {
        var providers = new EqualProviders(content);
        IBlockStore store = new MemoryBlockStore(2 * content.Bytes);
        providers._root = (await content.AddAsync(store))[0];
        for (var i = 0; i < count; i++)
            providers._nodes.Add(await BitswapNode.StartAsync(store, network: providers._network));
        return providers;
    }

    /// <summary>Fetches the file from the first of them, connected already; seconds.</summary>
    public async Task<double> MeasureAsync(int count)
    {
        await using var client = await BitswapNode.StartAsync(new MemoryBlockStore(2 * _content.Bytes), network: _network);
        var peers = _nodes.Take(count).Select(node => node.Info).ToArray();
        await Task.WhenAll(peers.Select(client.ConnectAsync));
        return await BitswapFetch.FileAsync(client, peers, _root, _content.Bytes, ReadAhead);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }
}
