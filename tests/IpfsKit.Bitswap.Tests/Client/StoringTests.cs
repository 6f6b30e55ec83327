using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Bitswap.Tests.Client;

public sealed class StoringTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Blocks_WhileTheStoreIsBusy_GatherInBatches()
    {
        var store = new SlowStore();
        await using var harness = new ClientHarness(store: store);
        var blocks = TestBlocks.RawMany(1, 100, 1000);
        await using var session = harness.Session(blocks[0].Cid, harness.Network.Add().With(blocks));
        store.Close();
        var gets = blocks.Select(block => session.GetAsync(block.Cid, Token).AsTask()).ToArray();
        await harness.UntilUnstoredAsync(Task.WhenAll(gets));
        foreach (var get in gets)
            (await get)!.Dispose();
        var flush = session.FlushAsync(Token).AsTask();

        // Not stored yet, and still had here.
        using (var again = await session.GetAsync(blocks[7].Cid, Token))
            Assert.Equal(blocks[7].Data.Span, again!.Data.Span);
        Assert.False(flush.IsCompleted);
        store.Open();
        await flush;

        Assert.InRange(store.Puts, 2, 20);
        Assert.Equal(100, store.Blocks);
    }

    [Fact]
    public async Task FullStore_Gets_FailWithItsError()
    {
        await using var harness = new ClientHarness(store: new MemoryBlockStore(10_000));
        var blocks = TestBlocks.RawMany(1, 50, 1000);
        await using (var session = harness.Session(blocks[0].Cid, harness.Network.Add().With(blocks)))
        {
            foreach (var block in blocks[..20])
            {
                try
                {
                    (await harness.GetAsync(session.GetAsync(block.Cid, Token)))!.Dispose();
                }
                catch (StorageFullException)
                {
                    break;
                }
            }

            await Assert.ThrowsAsync<StorageFullException>(async () => await session.GetAsync(blocks[40].Cid, Token));
            await Assert.ThrowsAsync<StorageFullException>(async () => await session.FlushAsync(Token));
        }

        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task BrokenFetch_ALaterSession_AsksOnlyForTheRest()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 100, 64 << 10);
        var peer = harness.Network.Add().With(blocks);
        var first = harness.Session(blocks[0].Cid, peer);
        var broken = blocks.Select(block => first.GetAsync(block.Cid, Token).AsTask()).ToArray();
        await harness.PassAsync(TimeSpan.FromMilliseconds(300));
        await first.DisposeAsync();
        foreach (var get in broken.Where(static get => get.IsCompletedSuccessfully))
            (await get)!.Dispose();
        await harness.PassAsync(TimeSpan.FromMilliseconds(200));
        var sent = peer.BlocksSent;

        await using var second = harness.Session(blocks[0].Cid, peer);
        var gets = blocks.Select(block => second.GetAsync(block.Cid, Token).AsTask()).ToArray();
        await harness.UntilAsync(Task.WhenAll(gets));

        foreach (var get in gets)
            (await get)!.Dispose();
        Assert.InRange(sent, 20, 60);
        // What was on its way when the first was disposed comes again.
        Assert.InRange(peer.BlocksSent, 100, 108);
    }

    [Fact]
    public async Task SlowStore_Peers_AreReadFromNoFurtherThanTheBound()
    {
        var store = new SlowStore();
        await using var harness = new ClientHarness(options => options.MaxUnstoredBytes = 4 << 20, store);
        var blocks = TestBlocks.RawMany(1, 60, 256 << 10);
        var peer = harness.Network.Add().With(blocks);
        await using var session = harness.Session(blocks[0].Cid, peer);
        store.Close();
        var gets = blocks.Select(block => session.GetAsync(block.Cid, Token).AsTask()).ToArray();
        await harness.PassUnstoredAsync(TimeSpan.FromSeconds(5));

        Assert.InRange(harness.Client.Usage.Bytes, (4 << 20) - (256 << 10), 4 << 20);
        Assert.Equal(15, gets.Count(static get => get.IsCompleted));
        Assert.Empty(harness.Observer.Failures);
        store.Open();
        await harness.UntilAsync(Task.WhenAll(gets));

        foreach (var get in gets)
            (await get)!.Dispose();
        Assert.Equal(0, session.Statistics.DuplicateBlocks);
        Assert.Empty(harness.Observer.Failures);
    }

    private sealed class SlowStore : IBlockStore
    {
        private readonly MemoryBlockStore _inner = new();
        private TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SlowStore() => Open();

        public int Puts { get; private set; }

        public int Blocks => _inner.Count;

        public void Open() => _open.TrySetResult();

        public void Close() => _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default)
        {
            await _open.Task;
            Puts++;
            await _inner.PutManyAsync(blocks, cancellationToken);
        }

        public ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default) => _inner.GetAsync(cid, cancellationToken);

        public ValueTask<bool> HasAsync(Cid cid, CancellationToken cancellationToken = default) => _inner.HasAsync(cid, cancellationToken);

        public ValueTask<int?> GetSizeAsync(Cid cid, CancellationToken cancellationToken = default) => _inner.GetSizeAsync(cid, cancellationToken);

        public ValueTask PutAsync(Block block, CancellationToken cancellationToken = default) => _inner.PutAsync(block, cancellationToken);

        public ValueTask<bool> DeleteAsync(Cid cid, CancellationToken cancellationToken = default) => _inner.DeleteAsync(cid, cancellationToken);

        public IAsyncEnumerable<Multihash> EnumerateAsync(CancellationToken cancellationToken = default) => _inner.EnumerateAsync(cancellationToken);
    }
}
