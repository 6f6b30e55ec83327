using IpfsKit.Grains.Content;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;
using IpfsKit.TestKit.Exchange;

namespace IpfsKit.Grains.Tests.Exchange;

/// <summary>Two silos of one cluster; what is on the first is read through the second.</summary>
public sealed class ReadThroughTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private readonly TestGrainStorage _storage = new();
    private NodeCluster _cluster = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await NodeCluster.StartAsync(silos: 2, _storage, configure: static (_, options) =>
        {
            options.Exchange.SiblingTimeout = TimeSpan.FromSeconds(1);
        });
        var other = _cluster.Node(1).PeerId;
        await Eventually.TrueAsync("the silos are connected", () => Task.FromResult(_cluster.Service<ILibp2pHost>().IsConnected(other)), Long, Token);
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Root_OnAnotherSilo_IsReadThroughThisOneWhichThenHoldsItToo()
    {
        var leaves = TestBlocks.RawMany(ClusterFixture.NextSeed(), 50);
        var root = TestTrees.Node("root", leaves);
        await _cluster.AddAsync([root, .. leaves]);

        var read = await ReadAsync(new RemoteReadRequest { Root = root.Cid, IsRegistered = true }, silo: 1);

        Assert.Equal(51, read.Count);
        await Eventually.TrueAsync(
            "both silos are listed",
            async () => (await _cluster.Grains.GetContentGrain(root.Cid).StatAsync(Token))!.Placements.Count == 2,
            Long, Token);
        Assert.Contains(root.Cid, await _cluster.RootsAsync(silo: 1));
        var stats = await _cluster.NodeGrain(1).GetStatsAsync(Token);
        Assert.Equal((1, 1, 0, 51), (stats.Retrieval.CacheMisses, stats.Retrieval.CacheMissesHandled, stats.Retrieval.CacheMissesFailed, stats.Retrieval.BlocksRetrieved));
        Assert.Equal(stats.Retrieval.TotalBytesRetrieved, stats.Retrieval.BytesFromCluster);
        Assert.Equal(1, stats.Retrieval.SuccessRate);
        Assert.True(stats.Retrieval.AverageRetrieveTime > TimeSpan.Zero);
    }

    [Fact]
    public async Task Child_OfContentOnAnotherSilo_IsReadWithoutCallingAContentGrainToLife()
    {
        var leaves = TestBlocks.RawMany(ClusterFixture.NextSeed(), 3);
        var middle = TestTrees.Node("middle", leaves);
        var root = TestTrees.Node("root", middle);
        await _cluster.AddAsync([root, middle, .. leaves]);
        var grains = new System.Collections.Concurrent.ConcurrentBag<string>();
        _storage.BeforeRead = grain =>
        {
            grains.Add(grain.ToString());
            return Task.CompletedTask;
        };

        var read = await ReadAsync(new RemoteReadRequest { Root = middle.Cid }, silo: 1);

        Assert.Equal(4, read.Count);
        Assert.DoesNotContain(grains, grain => grain.Contains(middle.Cid.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain(middle.Cid, await _cluster.RootsAsync(silo: 1));
    }

    [Fact]
    public async Task Part_OfARootOnAnotherSilo_IsAllThatIsFetched()
    {
        var leaves = TestBlocks.RawMany(ClusterFixture.NextSeed(), 20);
        var root = TestTrees.Node("root", leaves);
        await _cluster.AddAsync([root, .. leaves]);

        var read = await ReadAsync(new RemoteReadRequest { Root = root.Cid, IsRegistered = true }, silo: 1, path: "children/7");

        Assert.Equal([root.Cid, leaves[7].Cid], read);
        Assert.Equal(2, (await _cluster.NodeGrain(1).GetStatsAsync(Token)).Retrieval.BlocksRetrieved);
        Assert.Single((await _cluster.Grains.GetContentGrain(root.Cid).StatAsync(Token))!.Placements);
    }

    [Fact]
    public async Task Cid_ThatNoSiloHas_IsNotFound()
    {
        var missing = TestBlocks.Raw(ClusterFixture.NextSeed());

        var refused = await Assert.ThrowsAsync<BlockStreamRefusedException>(() => ReadAsync(new RemoteReadRequest { Root = missing.Cid }, silo: 1));

        Assert.Equal(DataPlaneErrorCodes.ContentNotFound, refused.Problem.Code);
        Assert.Null(await _cluster.NodeGrain(1).OpenRemoteReadAsync(new RemoteReadRequest { Root = missing.Cid, SkipCluster = true }, Token));
        Assert.Equal(1, (await _cluster.NodeGrain(1).GetStatsAsync(Token)).Retrieval.CacheMissesFailed);
    }

    [Fact]
    public async Task Cid_ThatConnectedPeersDoNotHave_IsNotFoundLongBeforeTheTimeout()
    {
        await using var peer = await OutsidePeer.StartAsync();
        await ConnectAsync(peer, silo: 1);
        var missing = TestBlocks.Raw(ClusterFixture.NextSeed());

        var refused = await Assert.ThrowsAsync<BlockStreamRefusedException>(() => ReadAsync(new RemoteReadRequest { Root = missing.Cid, SkipCluster = true }, silo: 1));

        Assert.Equal((404, DataPlaneErrorCodes.ContentNotFound, missing.Cid.ToString()), (refused.Problem.Status, refused.Problem.Code, refused.Problem.Cid));
    }

    [Fact]
    public async Task Cid_ThatAConnectedPeerHas_IsReadFromIt()
    {
        var leaves = TestBlocks.RawMany(ClusterFixture.NextSeed(), 5);
        var root = TestTrees.Node("root", leaves);
        await using var peer = await OutsidePeer.StartAsync([root, .. leaves]);
        await ConnectAsync(peer, silo: 1);

        var read = await ReadAsync(new RemoteReadRequest { Root = root.Cid, SkipCluster = true }, silo: 1);

        Assert.Equal(6, read.Count);
        Assert.Empty(await _cluster.RootsAsync(silo: 1));
    }

    [Fact]
    public async Task Silo_ToldToHoldARoot_FetchesItAndReports()
    {
        var leaves = TestBlocks.RawMany(ClusterFixture.NextSeed(), 5);
        var root = TestTrees.Node("root", leaves);
        await _cluster.AddAsync([root, .. leaves]);
        var holder = _cluster.Service<IGrainFactory>().GetContentHolder(root.Cid);
        var other = _cluster.Node(1).PeerId;

        Assert.Equal(1, (await holder.ReplicateAsync(_cluster.Node().PeerId, copies: 2, Token)).UnderWay);

        await Eventually.TrueAsync(
            "the silo holds it and has reported",
            () => Task.FromResult(_storage.Peek<ContentState>("content", holder.GetGrainId()) is { Placements.Count: 2, Operations: null }), Long, Token);
        Assert.Equal((2, 0), await holder.ReplicateAsync(_cluster.Node().PeerId, copies: 2, Token) is var held ? (held.Standing, held.UnderWay) : default);
        // Late, or twice: nothing comes of it.
        await holder.ReportAsync(Guid.NewGuid(), new Grains.Transport.TransportOutcome { Node = other, Failure = "late" }, Token);
    }

    private async Task ConnectAsync(OutsidePeer peer, int silo)
    {
        await foreach (var connected in _cluster.NodeGrain(silo).ConnectPeerAsync(peer.Address, Token))
            Assert.Equal(peer.PeerId, connected.Peer);
        var bitswap = _cluster.Service<Bitswap.IBitswap>(silo);
        await Eventually.TrueAsync("the peer speaks bitswap", () => Task.FromResult(bitswap.Peers.Contains(peer.PeerId)), Long, Token);
    }

    private async Task<IReadOnlyList<Cid>> ReadAsync(RemoteReadRequest request, int silo, string path = "")
    {
        var node = _cluster.NodeGrain(silo);
        var endpoint = (await node.OpenRemoteReadAsync(request, Token))!;
        var blocks = new List<Cid>();
        await foreach (var block in node.StreamBlocksAsync(new BlockStreamRequest { Root = request.Root, Path = path, DagScope = path == "" ? "all" : "block", Ticket = endpoint.Ticket }, Token))
            blocks.Add(block.Cid);
        return blocks;
    }
}
