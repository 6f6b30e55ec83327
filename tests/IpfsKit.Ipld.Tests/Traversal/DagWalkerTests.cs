using System.Buffers;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Ipld.Tests.UnixFs.Support;
using IpfsKit.Ipld.Traversal;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Tests.Traversal;

public sealed class DagWalkerTests
{
    private readonly TestSource _source = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Walk_Tree_IsInPreOrderAndLinkOrderWhateverIsReadAhead(int readAhead)
    {
        var (a, b, c, d) = (Leaf("a"), Leaf("b"), Leaf("c"), Leaf("d"));
        var left = Node(a, b);
        var right = Node(c, d);
        var root = Node(left, right);
        Assert.Equal([root, left, a, b, right, c, d], await WalkAsync(root, new DagWalkOptions { ReadAhead = readAhead }));
        Assert.Equal(7, _source.Asked.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public async Task Walk_SharedBlocks_AreVisitedOnceUnlessAskedFor(int readAhead)
    {
        var leaf = Leaf("a");
        var shared = Node(leaf, leaf);
        var root = Node(shared, leaf, shared);
        Assert.Equal([root, shared, leaf], await WalkAsync(root, new DagWalkOptions { ReadAhead = readAhead }));
        Assert.Equal(
            [root, shared, leaf, leaf, leaf, shared, leaf, leaf],
            await WalkAsync(root, new DagWalkOptions { ReadAhead = readAhead, VisitDuplicates = true }));
    }

    [Fact]
    public async Task Walk_SameBlockUnderBothVersions_IsVisitedOnce()
    {
        var v1 = Block.Create(Multicodec.DagPb, ReadOnlyMemory<byte>.Empty).Cid;
        Assert.True(v1.TryToV0(out var v0));
        _source.Put(v1, []);
        _source.Put(v0, []);
        var root = Node(v0, v1);
        Assert.Equal([root, v0], await WalkAsync(root));
    }

    [Fact]
    public async Task Walk_IdentityCids_AreVisitedWithoutAskingTheSource()
    {
        var leaf = Leaf("a");
        var inline = Cid.CreateV1(Multicodec.DagCbor, new Multihash(Multicodec.Identity, Encode(leaf)));
        var root = Node(inline);
        Assert.Equal([root, inline, leaf], await WalkAsync(root, new DagWalkOptions { ReadAhead = 4 }));
        Assert.DoesNotContain(inline, _source.Asked);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task Walk_MissingBlock_ThrowsWhenItIsItsTurn(int readAhead)
    {
        var (a, b) = (Leaf("a"), Leaf("b"));
        var root = Node(a, b);
        _source.Remove(b);
        var seen = new List<Cid>();
        var thrown = await Assert.ThrowsAsync<BlockNotFoundException>(() => WalkAsync(root, new DagWalkOptions { ReadAhead = readAhead }, seen));
        Assert.Equal(b, thrown.Cid);
        Assert.Equal([root, a], seen);
    }

    [Fact]
    public async Task Walk_DeeperThanTheLimit_Throws()
    {
        var root = Leaf("a");
        for (var i = 0; i < 10; i++)
            root = Node(root);
        Assert.Equal(11, (await WalkAsync(root, Limit(new() { MaxDepth = 10 }))).Count);
        await AssertLimitAsync(root, new() { MaxDepth = 9 }, nameof(TraversalLimits.MaxDepth), 9);
        Assert.Single(await WalkAsync(Leaf("a"), Limit(new() { MaxDepth = 0 })));
    }

    [Fact]
    public async Task Walk_AChainOfMany_TakesNoStack()
    {
        var root = Leaf("a");
        for (var i = 0; i < 20_000; i++)
            root = Node(root);
        Assert.Equal(20_001, (await WalkAsync(root, Limit(new() { MaxDepth = int.MaxValue }))).Count);
    }

    [Fact]
    public async Task Walk_MoreThanTheOtherLimits_Throws()
    {
        var root = Node(Leaf("a"), Leaf("b"), Leaf("c"));
        await AssertLimitAsync(root, new() { MaxBlocks = 3 }, nameof(TraversalLimits.MaxBlocks), 3);
        await AssertLimitAsync(root, new() { MaxBytes = 100 }, nameof(TraversalLimits.MaxBytes), 100);
        await AssertLimitAsync(root, new() { MaxPendingLinks = 2 }, nameof(TraversalLimits.MaxPendingLinks), 2);
        Assert.Equal(4, (await WalkAsync(root, Limit(new() { MaxBlocks = 4, MaxPendingLinks = 3 }))).Count);
    }

    [Fact]
    public async Task Walk_ABombOfRepeatedLinks_EndsAtTheLimit()
    {
        // Sixty-four blocks with 2^64 paths.
        var root = Leaf("a");
        for (var i = 0; i < 64; i++)
            root = Node(root, root);
        var options = Limit(new() { MaxBlocks = 1000 }) with { VisitDuplicates = true, ReadAhead = 8 };
        await Assert.ThrowsAsync<TraversalLimitException>(() => WalkAsync(root, options));
        Assert.Equal(65, (await WalkAsync(root)).Count);
    }

    [Fact]
    public async Task Walk_UnknownCodecOrInvalidBlock_Throws()
    {
        var unknown = Block.Create(Multicodec.Libp2pKey, new byte[] { 1 });
        _source.Put(unknown.Cid, [1]);
        await Assert.ThrowsAsync<UnsupportedCodecException>(() => WalkAsync(Node(unknown.Cid)));
        var invalid = Block.Create(Multicodec.DagCbor, new byte[] { 0xff });
        _source.Put(invalid.Cid, [0xff]);
        await Assert.ThrowsAsync<CodecException>(() => WalkAsync(Node(invalid.Cid)));
    }

    [Fact]
    public async Task Walk_ReadingAhead_HoldsNoMoreThanThat()
    {
        var leaves = Enumerable.Range(0, 50).Select(i => Leaf($"{i}")).ToArray();
        var root = Node(leaves);
        var seen = 0;
        await foreach (var block in new DagWalker(_source, new DagWalkOptions { ReadAhead = 5 }).WalkAsync(root, Cancellation))
        {
            block.Dispose();
            seen++;
            Assert.InRange(_source.Asked.Count, seen, seen + 5);
        }

        Assert.Equal(51, seen);
    }

    [Fact]
    public async Task Walk_LeftEarly_CancelsAndDisposesWhatWasAskedFor()
    {
        var root = Node([.. Enumerable.Range(0, 20).Select(i => Leaf($"{i}"))]);
        var source = new CountingSource(_source);
        var cancelled = new TaskCompletionSource();
        _source.BeforeGet = async (cid, token) =>
        {
            if (cid != root && _source.Asked.Count > 5)
                await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => cancelled.TrySetResult(), TaskScheduler.Default);
            token.ThrowIfCancellationRequested();
        };
        await foreach (var block in new DagWalker(source, new DagWalkOptions { ReadAhead = 8 }).WalkAsync(root, Cancellation))
        {
            block.Dispose();
            break;
        }

        await cancelled.Task.WaitAsync(Cancellation);
        Assert.Equal(source.Given, source.Disposed);
        Assert.InRange(source.Given, 1, 9);
    }

    [Fact]
    public async Task Walk_SourceThatThrowsAtOnce_ThrowsWhenItIsTheBlocksTurn()
    {
        var (a, b) = (Leaf("a"), Leaf("b"));
        var root = Node(a, b);
        var seen = new List<Cid>();
        await Assert.ThrowsAsync<BlockIntegrityException>(async () =>
        {
            await foreach (var block in new DagWalker(new ThrowingSource(_source, b), new DagWalkOptions { ReadAhead = 4 }).WalkAsync(root, Cancellation))
            {
                seen.Add(block.Cid);
                block.Dispose();
            }
        });
        Assert.Equal([root, a], seen);
    }

    [Fact]
    public async Task Walk_Cancelled_Stops()
    {
        var root = Node(Leaf("a"), Leaf("b"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var block in new DagWalker(_source).WalkAsync(root, stop.Token))
            {
                block.Dispose();
                await stop.CancelAsync();
            }
        });
    }

    [Fact]
    public async Task Walk_EveryBlockTaken_IsGivenToTheCallerOrDisposed()
    {
        var leaf = Leaf("a");
        var root = Node(leaf, leaf, Node(leaf, Leaf("b")), leaf);
        var source = new CountingSource(_source);
        await foreach (var block in new DagWalker(source, new DagWalkOptions { ReadAhead = 16 }).WalkAsync(root, Cancellation))
            block.Dispose();
        Assert.Equal(source.Given, source.Disposed);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(DagWalker.MaxReadAhead + 1)]
    public void Constructor_ReadAheadOutOfRange_IsRefused(int readAhead) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new DagWalker(_source, new DagWalkOptions { ReadAhead = readAhead }));

    [Fact]
    public void Constructor_LimitsOutOfRange_AreRefused()
    {
        foreach (var limits in (TraversalLimits[])[new() { MaxDepth = -1 }, new() { MaxBlocks = 0 }, new() { MaxBytes = 0 }, new() { MaxPendingLinks = 0 }])
            Assert.Throws<ArgumentOutOfRangeException>(() => new DagWalker(_source, Limit(limits)));
    }

    [Fact]
    public void Limits_Defaults_AreThoseThatAreDocumented()
    {
        var limits = TraversalLimits.Default;
        Assert.Equal((1024, 1L << 24, 1L << 44, 1 << 20), (limits.MaxDepth, limits.MaxBlocks, limits.MaxBytes, limits.MaxPendingLinks));
        Assert.Equal((0, false), (DagWalkOptions.Default.ReadAhead, DagWalkOptions.Default.VisitDuplicates));
    }

    private static DagWalkOptions Limit(TraversalLimits limits) => new() { Limits = limits };

    private async Task AssertLimitAsync(Cid root, TraversalLimits limits, string name, long value)
    {
        var thrown = await Assert.ThrowsAsync<TraversalLimitException>(() => WalkAsync(root, Limit(limits)));
        Assert.Equal((root, name, value), (thrown.Root, thrown.Limit, thrown.Value));
    }

    private async Task<List<Cid>> WalkAsync(Cid root, DagWalkOptions? options = null, List<Cid>? seen = null)
    {
        seen ??= [];
        await foreach (var block in new DagWalker(_source, options).WalkAsync(root, Cancellation))
        {
            seen.Add(block.Cid);
            block.Dispose();
        }

        return seen;
    }

    private Cid Leaf(string text) => Put(Block.Create(Multicodec.Raw, System.Text.Encoding.UTF8.GetBytes(text)));

    private Cid Node(params Cid[] links) => Put(Block.Create(Multicodec.DagCbor, Encode(links)));

    private Cid Put(Block block)
    {
        _source.Put(block.Cid, block.Data.ToArray());
        return block.Cid;
    }

    private static byte[] Encode(params Cid[] links)
    {
        var output = new ArrayBufferWriter<byte>();
        IpldCodecs.Default.Get(Multicodec.DagCbor).Encode(new IpldNode.List([.. links.Select(l => new IpldNode.Link(l))]), output);
        return output.WrittenSpan.ToArray();
    }

    private sealed class ThrowingSource(TestSource source, Cid bad) : IBlockSource
    {
        public ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default) =>
            cid == bad ? throw new BlockIntegrityException(cid) : source.GetAsync(cid, cancellationToken);
    }

    /// <summary>Gives out blocks that own their bytes, and counts both ends of their lives.</summary>
    private sealed class CountingSource(TestSource source) : IBlockSource
    {
        private int _given;
        private int _disposed;

        public int Given => Volatile.Read(ref _given);

        public int Disposed => Volatile.Read(ref _disposed);

        public async ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
        {
            using var block = await source.GetAsync(cid, cancellationToken);
            if (block is null)
                return null;
            Interlocked.Increment(ref _given);
            return Block.CreateTrusted(cid, block.Data, new Owner(this));
        }

        private sealed class Owner(CountingSource counter) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory => default;

            public void Dispose() => Interlocked.Increment(ref counter._disposed);
        }
    }
}
