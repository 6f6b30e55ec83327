using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;
using IpfsKit.Storage.Liveness;
using IpfsKit.Storage.Tests.Segments;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Storage.Tests.Liveness;

public sealed class LivenessCollectorTests : SegmentStoreTest
{
    private readonly FakeRoots _roots = new();
    private LivenessCollector? _failing;

    [Fact]
    public async Task Collect_SharedSubtree_SurvivesTheDeletionOfOneOfItsRoots()
    {
        var store = await OpenAsync();
        var leaves = TestBlocks.RawMany(1, 4);
        var shared = TestDag.Node(1, leaves[0].Cid, leaves[1].Cid);
        var first = TestDag.Node(2, shared.Cid, leaves[2].Cid);
        var second = TestDag.Node(3, shared.Cid, leaves[3].Cid);
        await store.PutManyAsync([.. leaves, shared, first, second], Token);
        _roots.Add(first.Cid);
        _roots.Add(second.Cid);
        using var collector = Collector(store);
        Assert.Equal(0, (await collector.CollectAsync(cancellationToken: Token)).Swept!.Value.Blocks);

        _roots.Remove(first.Cid);
        var report = await collector.CollectAsync(cancellationToken: Token);
        Assert.Equal(2, report.Swept!.Value.Blocks);
        await AssertHasAsync(store, second, shared, leaves[0], leaves[1], leaves[3]);
        Assert.False(await store.HasAsync(first.Cid, Token));
        Assert.False(await store.HasAsync(leaves[2].Cid, Token));
        store = await CrashAndOpenAsync(store);
        await AssertHasAsync(store, second, shared, leaves[0], leaves[1], leaves[3]);
        Assert.False(await store.HasAsync(first.Cid, Token));
    }

    [Fact]
    public async Task Collect_DirectPin_KeepsTheBlockAlone()
    {
        var store = await OpenAsync();
        var leaf = TestBlocks.Raw(1);
        var node = TestDag.Node(1, leaf.Cid);
        await store.PutManyAsync([leaf, node], Token);
        _roots.Add(node.Cid, wholeDag: false);
        using var collector = Collector(store);
        await collector.CollectAsync(cancellationToken: Token);
        Assert.True(await store.HasAsync(node.Cid, Token));
        Assert.False(await store.HasAsync(leaf.Cid, Token));
    }

    [Fact]
    public async Task Collect_BlockUnderTwoCodecs_FollowsTheLinksOfBoth()
    {
        // The same bytes are a leaf as raw and a node as dag-cbor: having been seen as the one must not hide the other.
        var store = await OpenAsync();
        var leaf = TestBlocks.Raw(1);
        var node = TestDag.Node(1, leaf.Cid);
        await store.PutManyAsync([leaf, node], Token);
        _roots.Add(node.Cid.WithCodec(Multicodec.Raw));
        _roots.Add(node.Cid);
        using var collector = Collector(store);
        await collector.CollectAsync(cancellationToken: Token);
        await AssertHasAsync(store, leaf, node);
    }

    [Fact]
    public async Task Collect_PutUnderALeaseOpenedBeforeTheEpoch_IsSpared()
    {
        var store = await OpenAsync();
        using var collector = Collector(store);
        var lease = store.OpenLease();
        var block = TestBlocks.Raw(1);
        await lease.Blocks.PutAsync(block, Token);
        await collector.CollectAsync(cancellationToken: Token);
        await collector.CollectAsync(cancellationToken: Token);
        Assert.True(await store.HasAsync(block.Cid, Token));

        lease.Dispose();
        lease.Dispose();
        await collector.CollectAsync(cancellationToken: Token);
        Assert.False(await store.HasAsync(block.Cid, Token));
    }

    [Fact]
    public async Task Sweep_LeaseClosedAfterTheEpochBegan_StillSparesWhatItProtected()
    {
        // The root was registered after the collector had read the list of roots.
        var store = await OpenAsync();
        var block = TestBlocks.Raw(1);
        var lease = store.OpenLease();
        await store.PutAsync(block, Token);
        var epoch = store.BeginEpoch();
        lease.Dispose();
        Assert.Equal(0, (await store.SweepAsync(epoch, new SweepOptions { Pause = TimeSpan.Zero }, Token)).Blocks);
        Assert.True(await store.HasAsync(block.Cid, Token));
    }

    [Fact]
    public async Task Lease_ReadingAnOldBlock_ProtectsIt()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 5);
        await store.PutManyAsync(blocks, Token);
        store.BeginEpoch();
        using var lease = store.OpenLease();
        (await lease.Blocks.GetAsync(blocks[0].Cid, Token))!.Dispose();
        Assert.True(await lease.Blocks.HasAsync(blocks[1].Cid, Token));
        Assert.NotNull(await lease.Blocks.GetSizeAsync(blocks[2].Cid, Token));
        await lease.Blocks.PutAsync(blocks[3], Token);
        var epoch = store.BeginEpoch();
        var swept = await store.SweepAsync(epoch, new SweepOptions { Pause = TimeSpan.Zero }, Token);
        Assert.Equal(1, swept.Blocks);
        await AssertHasAsync(store, blocks[..4]);
        Assert.False(await store.HasAsync(blocks[4].Cid, Token));
    }

    [Fact]
    public async Task Sweep_OfAnotherEpoch_Refused()
    {
        var store = await OpenAsync();
        var epoch = store.BeginEpoch();
        store.BeginEpoch();
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.SweepAsync(epoch, new SweepOptions(), Token));
    }

    [Fact]
    public async Task Sweep_WithAByteLimit_StopsThere()
    {
        var store = await OpenAsync();
        await store.PutManyAsync(TestBlocks.RawMany(1, 100, 1000), Token);
        var swept = await store.SweepAsync(store.BeginEpoch(), new SweepOptions { BatchSize = 10, Pause = TimeSpan.Zero, MaxBytes = 20_000 }, Token);
        Assert.InRange(swept.Bytes, 20_000, 40_000);
        Assert.Equal(100 - swept.Blocks, store.GetStatistics().Blocks);
    }

    [Fact]
    public async Task Epochs_ManyWithoutASweep_StillTellOldFromNew()
    {
        var store = await OpenAsync();
        var (old, kept) = (TestBlocks.Raw(1), TestBlocks.Raw(2));
        await store.PutManyAsync([old, kept], Token);
        var epoch = 0L;
        for (var i = 0; i < 100; i++)
        {
            epoch = store.BeginEpoch();
            Assert.True(store.Stamp(kept.Cid.Hash));
        }

        Assert.Equal(1, (await store.SweepAsync(epoch, new SweepOptions { Pause = TimeSpan.Zero }, Token)).Blocks);
        Assert.True(await store.HasAsync(kept.Cid, Token));
    }

    [Fact]
    public async Task Lease_OlderThanAllEpochsThatCanBeToldApart_StillProtects()
    {
        var store = await OpenAsync();
        var block = TestBlocks.Raw(1);
        using var lease = store.OpenLease();
        await store.PutAsync(block, Token);
        for (var i = 0; i < 100; i++)
            Assert.Equal(0, (await store.SweepAsync(store.BeginEpoch(), new SweepOptions { Pause = TimeSpan.Zero }, Token)).Blocks);
        Assert.True(await store.HasAsync(block.Cid, Token));
    }

    [Fact]
    public async Task Collect_DamagedNode_DoesNotSweepWhatItMayReach()
    {
        var store = await OpenAsync();
        var leaf = TestBlocks.Raw(1);
        var node = TestDag.Node(1, leaf.Cid);
        await store.PutAsync(node, Token);
        await store.PutAsync(leaf, Token);
        _roots.Add(node.Cid);
        Files.Flip(SegmentFiles()[0], 64 + 64 + 3);
        using var collector = Collector(store);
        var report = await collector.CollectAsync(cancellationToken: Token);
        Assert.Equal(1, report.Unreadable);
        Assert.Equal((1, node.Cid), (report.IncompleteRoots, report.FirstIncompleteRoot));
        Assert.Null(report.Swept);
        Assert.True(await store.HasAsync(leaf.Cid, Token));

        // From now on the node is only missing, and still nobody knows what it reaches.
        for (var i = 0; i < 2; i++)
        {
            report = await collector.CollectAsync(cancellationToken: Token);
            Assert.Equal((1, 0), (report.Missing, report.Unreadable));
            Assert.Equal((1, node.Cid), (report.IncompleteRoots, report.FirstIncompleteRoot));
            Assert.Null(report.Swept);
            Assert.True(await store.HasAsync(leaf.Cid, Token));
        }

        // Put again, it can be followed again.
        await store.PutAsync(node, Token);
        Assert.Equal(0, (await collector.CollectAsync(cancellationToken: Token)).Swept!.Value.Blocks);
        await AssertHasAsync(store, node, leaf);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Collect_DamageThatWasFoundBefore_DoesNotSweepWhatItMayReach(bool byScrub)
    {
        var store = await OpenAsync();
        var leaf = TestBlocks.Raw(1);
        var node = TestDag.Node(1, leaf.Cid);
        var root = TestDag.Node(2, node.Cid);
        await store.PutAsync(node, Token);
        await store.PutManyAsync([leaf, root], Token);
        _roots.Add(root.Cid);
        Files.Flip(SegmentFiles()[0], 64 + 64 + 3);
        if (byScrub)
            Assert.Single((await store.ScrubAsync(Token)).Damaged);
        else
            await Assert.ThrowsAsync<BlockIntegrityException>(async () => await store.GetAsync(node.Cid, Token));
        using var collector = Collector(store);
        var report = await collector.CollectAsync(cancellationToken: Token);
        Assert.Equal((1, root.Cid), (report.IncompleteRoots, report.FirstIncompleteRoot));
        Assert.Null(report.Swept);
        await AssertHasAsync(store, leaf, root);

        // Without the root, it is garbage like any other.
        _roots.Remove(root.Cid);
        Assert.Equal(2, (await collector.CollectAsync(cancellationToken: Token)).Swept!.Value.Blocks);
    }

    [Fact]
    public async Task Collect_DirectPinThatIsMissing_SweepsAllTheSame()
    {
        var store = await OpenAsync();
        var garbage = TestBlocks.Raw(1);
        await store.PutAsync(garbage, Token);
        _roots.Add(TestBlocks.Raw(2).Cid, wholeDag: false);
        using var collector = Collector(store);
        var report = await collector.CollectAsync(cancellationToken: Token);
        Assert.Equal((1, 0), (report.Missing, report.IncompleteRoots));
        Assert.Equal(1, report.Swept!.Value.Blocks);
    }

    [Fact]
    public async Task Mark_ThatMeetsDamage_KeepsTheCollectionFromSweeping()
    {
        // The mark noted the node as followed, so the collection did not look at it; what it links to is not known.
        var store = await OpenAsync();
        var leaf = TestBlocks.Raw(1);
        var node = TestDag.Node(1, leaf.Cid);
        await store.PutAsync(node, Token);
        await store.PutAsync(leaf, Token);
        Files.Flip(SegmentFiles()[0], 64 + 64 + 3);
        using var collector = new LivenessCollector(
            store,
            new FailingMark(async () =>
            {
                Assert.Equal(1, await _failing!.MarkAsync(node.Cid, wholeDag: true, Token));
                throw new OperationCanceledException();
            }),
            Options());
        _failing = collector;
        Assert.Null((await collector.CollectAsync(cancellationToken: Token)).Swept);
        Assert.True(await store.HasAsync(leaf.Cid, Token));
    }

    [Fact]
    public async Task Mark_ThatFails_KeepsTheCollectionFromSweeping()
    {
        var store = await OpenAsync();
        var garbage = TestBlocks.Raw(7);
        await store.PutAsync(garbage, Token);
        using var collector = new LivenessCollector(
            store, new FailingMark(() => _failing!.MarkAsync(garbage.Cid, wholeDag: true, new CancellationToken(true))), Options(batch: 1));
        _failing = collector;
        var report = await collector.CollectAsync(cancellationToken: Token);
        Assert.Null(report.Swept);
        Assert.True(await store.HasAsync(garbage.Cid, Token));
    }

    [Fact]
    public async Task Collect_WideDag_SpillsItsLinksAndMarksAll()
    {
        using var directory = new TemporaryDirectory();
        var store = await OpenAsync(options => options.SegmentBytes = 1 << 20);
        var leaves = TestBlocks.RawMany(1, 5000, 40);
        var root = TestDag.Node(1, [.. leaves.Select(leaf => leaf.Cid)]);
        await store.PutManyAsync([.. leaves, root], Token);
        _roots.Add(root.Cid);
        var options = Options();
        options.MaxLinksInMemory = 1024;
        options.SpillDirectory = directory.Path;
        using var collector = new LivenessCollector(store, _roots, options);
        Assert.Equal(0, (await collector.CollectAsync(cancellationToken: Token)).Swept!.Value.Blocks);
        Assert.Empty(Directory.EnumerateFiles(directory.Path));
        Assert.Equal(5001, store.GetStatistics().Blocks);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Collect_WhileRootsComeAndGo_KeepsAllThatIsReachable(int seed)
    {
        var store = await OpenAsync();
        using var collector = Collector(store);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var collections = Task.Run(
            async () =>
            {
                for (var i = 0; !stop.IsCancellationRequested; i++)
                {
                    await collector.CollectAsync(cancellationToken: Token);
                    if (i % 3 == 0)
                        await store.CompactAsync(0.5, Token);
                }
            },
            Token);
        var rounds = Soak.Count(60, 2000);
        var held = await Task.WhenAll(Enumerable.Range(0, 3).Select(worker => Task.Run(() => AddAndRemoveAsync(store, seed * 10 + worker, rounds), Token)));
        await stop.CancelAsync();
        await collections;

        foreach (var dag in held.SelectMany(dags => dags))
            await AssertHasAsync(store, dag);
        await collector.CollectAsync(cancellationToken: Token);
        Assert.Equal(held.SelectMany(dags => dags).SelectMany(dag => dag).Select(block => block.Cid.Hash).Distinct().Count(), store.GetStatistics().Blocks);
    }

    // Adds DAGs that share subtrees with those of other workers, and removes some; every DAG that is held is whole at all times.
    private async Task<List<Block[]>> AddAndRemoveAsync(SegmentBlockStore store, int seed, int rounds)
    {
        var random = new Random(seed);
        var held = new List<Block[]>();
        for (var round = 0; round < rounds; round++)
        {
            if (held.Count > 5)
            {
                var removed = held[random.Next(held.Count)];
                held.Remove(removed);
                if (!held.Any(dag => dag[^1].Cid == removed[^1].Cid))
                    _roots.Remove(removed[^1].Cid);
            }

            var leaves = Enumerable.Range(0, 4).Select(_ => TestBlocks.Raw(random.Next(40))).ToArray();
            var shared = TestDag.Node(random.Next(4), leaves[0].Cid, leaves[1].Cid);
            var root = TestDag.Node((seed << 16) + round, shared.Cid, leaves[2].Cid, leaves[3].Cid);
            Block[] dag = [.. leaves, shared, root];
            using (var lease = store.OpenLease())
            {
                foreach (var block in dag)
                {
                    // What is there need not be put again.
                    if (random.Next(2) == 0 || !await lease.Blocks.HasAsync(block.Cid, Token))
                        await lease.Blocks.PutAsync(block, Token);
                }

                _roots.Add(root.Cid);
            }

            held.Add(dag);
            if (random.Next(3) == 0)
                await AssertHasAsync(store, held[random.Next(held.Count)]);
        }

        return held;
    }

    private LivenessCollector Collector(SegmentBlockStore store) => new(store, _roots, Options());

    private static LivenessCollectorOptions Options(int batch = 8) =>
        new() { BatchBlocks = batch, Pause = TimeSpan.Zero, Sweep = new SweepOptions { BatchSize = 16, Pause = TimeSpan.Zero } };

    private sealed class FailingMark(Func<Task> mark) : IRootSource
    {
        public async IAsyncEnumerable<LiveRoot> EnumerateLiveRootsAsync(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(mark);
            yield break;
        }
    }
}
