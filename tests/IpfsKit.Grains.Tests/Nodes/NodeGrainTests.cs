using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Grains.Tickets;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.TestKit.Blocks;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Grains.Tests.Nodes;

public sealed class NodeGrainTests : IAsyncLifetime
{
    private NodeCluster _cluster = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await NodeCluster.StartAsync(storage: new TestGrainStorage());

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task GetStats_CountsWhatIsHere()
    {
        await _cluster.AddAsync(TestBlocks.RawMany(0, 3, size: 1000), pin: new PinRequest { Mode = PinMode.Direct });
        await _cluster.AddAsync(TestBlocks.RawMany(10, 2, size: 1000));
        _cluster.Node().Counters.AddRead(7);
        _cluster.Node().Counters.AddUpload(8);

        var stats = await _cluster.NodeGrain().GetStatsAsync(Token);

        Assert.Equal(_cluster.Node().PeerId, stats.Node);
        Assert.Equal((2, 1, 5), (stats.Roots, stats.Pins, stats.Blocks));
        Assert.Equal((1, 7, 1, 8), (stats.Reads, stats.BytesSent, stats.Uploads, stats.BytesReceived));
        Assert.InRange(stats.BlockBytes, 5000, 6000);
        Assert.True(stats.DiskBytes > 0 && stats.FreeBytes > 0);
        Assert.Equal(_cluster.Time.GetUtcNow(), stats.StartedAt);
    }

    [Fact]
    public async Task OpenUpload_GivesATicketForThisSilo()
    {
        var endpoint = await _cluster.NodeGrain().OpenUploadAsync(new UploadRequest { MaxBytes = 100, ExpectedBytes = 50 }, Token);

        Assert.Equal(_cluster.Node().Profile.DataAddress, endpoint.Address);
        var verified = await _cluster.Service<TicketService>().VerifyUploadAsync(endpoint.Ticket, endpoint.Node, Token);
        Assert.True(verified.IsValid);
        Assert.Equal(100, verified.Ticket.MaxBytes);
    }

    [Fact]
    public async Task OpenUpload_OfMoreThanFits_IsRefused()
    {
        var exception = await Assert.ThrowsAsync<InsufficientStorageException>(async () =>
            await _cluster.NodeGrain().OpenUploadAsync(new UploadRequest { ExpectedBytes = long.MaxValue }, Token));

        Assert.Contains(long.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenRead_OfABlockThatIsHere_GivesATicket()
    {
        var blocks = TestBlocks.RawMany(0, 2);
        await _cluster.AddAsync(blocks);

        var endpoint = await _cluster.NodeGrain().OpenReadAsync(blocks[1].Cid, Token);

        Assert.True((await _cluster.Service<TicketService>().VerifyReadAsync(endpoint!.Ticket, endpoint.Node, blocks[1].Cid, Token)).IsValid);
        Assert.Null(await _cluster.NodeGrain().OpenReadAsync(TestBlocks.Raw(99).Cid, Token));
    }

    [Fact]
    public async Task ListRoots_OfMoreThanAPage_GivesEachOnceInTheOrderOfKeys()
    {
        var blocks = TestBlocks.RawMany(0, 600);
        await Task.WhenAll(blocks.Select(block => _cluster.AddAsync([block])));

        var roots = await _cluster.RootsAsync();

        Assert.Equal(blocks.Select(block => block.Cid).OrderBy(cid => Convert.ToHexString(cid.ToBytes()), StringComparer.Ordinal), roots);
    }

    [Fact]
    public async Task ListPins_ByMode()
    {
        var (leaf, tree) = MakeTree(1);
        await _cluster.AddAsync([tree, leaf], pin: new PinRequest { Mode = PinMode.Recursive, Name = "tree" });
        var direct = TestBlocks.Raw(50);
        await _cluster.AddAsync([direct], pin: new PinRequest { Mode = PinMode.Direct });
        await _cluster.AddAsync([TestBlocks.Raw(51)]);

        Assert.Equal([(tree.Cid, PinMode.Recursive, "tree")], Describe(await _cluster.PinsAsync(PinMode.Recursive)));
        Assert.Equal([(direct.Cid, PinMode.Direct, null)], Describe(await _cluster.PinsAsync(PinMode.Direct)));
        Assert.Equal([(leaf.Cid, PinMode.Indirect, null)], Describe(await _cluster.PinsAsync(PinMode.Indirect)));
        Assert.Equal(2, (await _cluster.PinsAsync()).Count);

        static IEnumerable<(Cid, PinMode, string?)> Describe(IEnumerable<PinInfo> pins) => pins.Select(pin => (pin.Cid, pin.Mode, pin.Name));
    }

    [Fact]
    public async Task ListPins_IndirectByTooManyAtOnce_IsRefused()
    {
        var (leaf, tree) = MakeTree(1);
        await _cluster.AddAsync([tree, leaf], pin: new PinRequest());
        var walker = _cluster.Service<PinWalker>();
        await using var first = walker.WalkAsync(Token).GetAsyncEnumerator(Token);
        await using (var second = walker.WalkAsync(Token).GetAsyncEnumerator(Token))
        {
            Assert.True(await first.MoveNextAsync() && await second.MoveNextAsync());
            await Assert.ThrowsAsync<NodeBusyException>(() => _cluster.PinsAsync(PinMode.Indirect));
        }

        Assert.Single(await _cluster.PinsAsync(PinMode.Indirect));
    }

    [Fact]
    public async Task StreamBlocks_ByTooManyAtOnce_IsRefused()
    {
        await _cluster.AddAsync([TestBlocks.Raw(1)]);
        var endpoint = (await _cluster.Grains.GetContentGrain(TestBlocks.Raw(1).Cid).LocateAsync(Token))!.Endpoints.Single();
        var request = new BlockStreamRequest { Root = TestBlocks.Raw(1).Cid, Ticket = endpoint.Ticket };
        var reads = _cluster.Service<ReadGate>();
        var leases = Enumerable.Range(0, new DataPlaneOptions().MaxConcurrentReads).Select(_ => reads.Enter()).ToArray();

        var refused = await Assert.ThrowsAsync<BlockStreamRefusedException>(CountAsync);
        Assert.Equal(DataPlaneErrorCodes.Busy, refused.Problem.Code);

        leases[0].Dispose();
        Assert.Equal(1, await CountAsync());
        Assert.Equal(1, await CountAsync());

        async Task<int> CountAsync()
        {
            var blocks = 0;
            await foreach (var _ in _cluster.NodeGrain().StreamBlocksAsync(request, Token))
                blocks++;
            return blocks;
        }
    }

    [Fact]
    public async Task Adopt_AChildOfOtherContent_MakesItARootOfItsOwn()
    {
        var (leaf, tree) = MakeTree(1);
        var above = TestTrees.Node("above", tree);
        await _cluster.AddAsync([above, tree, leaf]);

        await _cluster.NodeGrain().AdoptAsync(tree.Cid, wholeDag: true, Token);
        await _cluster.Grains.GetContentGrain(tree.Cid).PinAsync(new PinRequest(), Token);

        var info = await _cluster.Grains.GetContentGrain(tree.Cid).StatAsync(Token);
        Assert.Equal((2, leaf.Size + tree.Size, true), (info!.Blocks, info.DagBytes, info.WholeDag));
    }

    [Fact]
    public async Task Adopt_TheBlockAlone_AsksForNoOther()
    {
        var (_, tree) = MakeTree(1);
        await using (var ingest = _cluster.Service<ContentRegistrar>().Begin())
            await ingest.PutManyAsync([tree], Token);

        await _cluster.NodeGrain().AdoptAsync(tree.Cid, wholeDag: false, Token);

        Assert.False((await _cluster.Grains.GetContentGrain(tree.Cid).StatAsync(Token))!.WholeDag);
    }

    [Fact]
    public async Task Adopt_AnIncompleteDag_NamesTheMissingBlock()
    {
        var (leaf, tree) = MakeTree(1);
        await using (var ingest = _cluster.Service<ContentRegistrar>().Begin())
            await ingest.PutManyAsync([tree], Token);

        var exception = await Assert.ThrowsAsync<ContentUnavailableException>(async () => await _cluster.NodeGrain().AdoptAsync(tree.Cid, wholeDag: true, Token));

        Assert.Equal(tree.Cid, exception.Cid);
        Assert.Contains(leaf.Cid.ToString(), exception.Message, StringComparison.Ordinal);
        Assert.Null(await _cluster.Grains.GetContentGrain(tree.Cid).StatAsync(Token));
    }

    [Fact]
    public async Task InternalInterfaces_AreClosedToClients()
    {
        var key = _cluster.Node().PeerId.ToString();
        var outside = _cluster.Grains.GetGrain<INodeControlGrain>(key);
        var inside = _cluster.Service<IGrainFactory>().GetGrain<INodeControlGrain>(key);

        await Assert.ThrowsAsync<UnauthorizedAccessException>(async () => await outside.DropRootAsync(TestBlocks.Raw(1).Cid, 0, Token));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(async () => await _cluster.Grains.GetGrain<ITicketKeyGrain>(0).GetKeysAsync(Token));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(async () => await _cluster.Grains.GetContentHolder(TestBlocks.Raw(1).Cid).RegisterAsync(
            new RegisterContent { Root = TestBlocks.Raw(1).Cid, Placement = new NodePlacement { Node = _cluster.Node().PeerId } }, Token));
        await inside.DropRootAsync(TestBlocks.Raw(1).Cid, 0, Token);
    }

    [Fact]
    public async Task Directory_ListsThisNode()
    {
        var node = Assert.Single(await _cluster.Grains.GetGrain<INodeDirectoryGrain>(0).ListNodesAsync(Token));

        Assert.Equal(_cluster.Node().Profile.ToInfo(), node);
    }

    private static (Block Leaf, Block Tree) MakeTree(int seed)
    {
        var leaf = TestBlocks.Raw(seed);
        return (leaf, TestTrees.Node($"tree {seed}", leaf));
    }
}
