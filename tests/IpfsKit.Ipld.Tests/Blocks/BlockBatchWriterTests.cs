using System.Threading.Channels;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Ipld.Tests.Blocks;

public sealed class BlockBatchWriterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Add_UntilABatchIsFull_SendsItByBytesOrBlocks()
    {
        var sink = new GatedSink();
        sink.Open();
        await using var writer = new BlockBatchWriter(sink, maxBatchBytes: 300, maxBatchBlocks: 5);
        foreach (var size in new[] { 100, 100, 100, 400, 1, 1, 1, 1, 1, 1 })
            await writer.AddAsync(Pooled(size), Cancellation);
        await writer.FlushAsync(Cancellation);

        // Batches go out on other threads, so their order is not known.
        Assert.Equal([1, 1, 3, 5], sink.Batches.Select(batch => batch.Count).Order());
        Assert.Equal((10, 706), (writer.BlockCount, writer.ByteCount));
    }

    [Fact]
    public async Task Add_WhileTwoBatchesAreUnderWay_WaitsForOne()
    {
        var sink = new GatedSink();
        var writer = new BlockBatchWriter(sink, maxBatchBytes: 100);
        for (var i = 0; i < 2; i++)
            await writer.AddAsync(Pooled(100), Cancellation);
        var third = writer.AddAsync(Pooled(100), Cancellation).AsTask();
        await sink.Reached(2);
        Assert.False(third.IsCompleted);
        Assert.Equal(2, sink.Batches.Count);
        sink.Open();
        await third;
        await writer.FlushAsync(Cancellation);
        Assert.Equal(3, sink.Batches.Count);
        await writer.DisposeAsync();
    }

    [Fact]
    public async Task Blocks_AfterTheirBatchIsDone_AreDisposedOnce()
    {
        var sink = new GatedSink();
        var block = Pooled(10).Retain();
        var writer = new BlockBatchWriter(sink);
        await writer.AddAsync(block, Cancellation);
        var flush = writer.FlushAsync(Cancellation).AsTask();
        await sink.Reached(1);
        Assert.Equal(10, block.Data.Length);
        sink.Open();
        await flush;

        // The reference of the test keeps it; without that it is gone.
        Assert.Equal(10, block.Data.Length);
        block.Dispose();
        Assert.Throws<ObjectDisposedException>(() => block.Data);
        await writer.DisposeAsync();
    }

    [Fact]
    public async Task Put_ThatFails_FailsTheNextCallsAndDisposesEverything()
    {
        var blocks = Enumerable.Range(0, 4).Select(_ => Pooled(100)).ToArray();
        var sink = new GatedSink { Failure = new StorageFullException("test", "CapacityBytes", 1, 2) };
        sink.Open();
        var writer = new BlockBatchWriter(sink, maxBatchBytes: 100, maxInFlight: 1);
        await writer.AddAsync(blocks[0], Cancellation);
        await Assert.ThrowsAsync<StorageFullException>(async () => await writer.AddAsync(blocks[1], Cancellation));
        await Assert.ThrowsAsync<StorageFullException>(async () => await writer.AddAsync(blocks[2], Cancellation));
        await Assert.ThrowsAsync<StorageFullException>(async () => await writer.FlushAsync(Cancellation));
        await writer.DisposeAsync();
        await Assert.ThrowsAsync<StorageFullException>(async () => await writer.AddAsync(blocks[3], Cancellation));
        Assert.All(blocks, block => Assert.Throws<ObjectDisposedException>(() => block.Data));
    }

    [Fact]
    public async Task Put_ThatIsCancelledByTheSink_IsAFailureLikeAnyOther()
    {
        var sink = new GatedSink { Failure = new OperationCanceledException("The store is closing.") };
        sink.Open();
        await using var writer = new BlockBatchWriter(sink, maxBatchBytes: 100);
        await writer.AddAsync(Pooled(100), Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await writer.FlushAsync(Cancellation));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await writer.FlushAsync(Cancellation));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await writer.AddAsync(Pooled(1), Cancellation));
    }

    [Fact]
    public async Task Dispose_Again_DoesNothing()
    {
        var writer = new BlockBatchWriter(new GatedSink());
        await writer.AddAsync(Pooled(1), Cancellation);
        await writer.DisposeAsync();
        await writer.DisposeAsync();
    }

    [Fact]
    public async Task Dispose_WithBatchesUnderWay_CancelsThemAndWaits()
    {
        var sink = new GatedSink();
        var blocks = new[] { Pooled(100), Pooled(100), Pooled(50) };
        var writer = new BlockBatchWriter(sink, maxBatchBytes: 100);
        foreach (var block in blocks)
            await writer.AddAsync(block, Cancellation);
        await sink.Reached(2);
        await writer.DisposeAsync();
        Assert.Equal(2, sink.Cancelled);
        Assert.All(blocks, block => Assert.Throws<ObjectDisposedException>(() => block.Data));
        var late = Pooled(1);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await writer.AddAsync(late, Cancellation));
        Assert.Throws<ObjectDisposedException>(() => late.Data);
    }

    [Fact]
    public async Task Add_Cancelled_LeavesNothingBehind()
    {
        var sink = new GatedSink();
        var writer = new BlockBatchWriter(sink, maxBatchBytes: 100, maxInFlight: 1);
        var (first, second) = (Pooled(100), Pooled(100));
        await writer.AddAsync(first, Cancellation);
        using var stop = new CancellationTokenSource();
        var waiting = writer.AddAsync(second, stop.Token).AsTask();
        await sink.Reached(1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        sink.Open();

        // The block was taken over, so it goes with the next flush.
        await writer.FlushAsync(Cancellation);
        Assert.Equal(2, sink.Batches.Sum(batch => batch.Count));
        await writer.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => second.Data);
    }

    [Fact]
    public async Task Add_FromManyThreads_LosesNothing()
    {
        var sink = new GatedSink();
        sink.Open();
        await using var writer = new BlockBatchWriter(sink, maxBatchBytes: 1000);
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), Cancellation, (i, token) => writer.AddAsync(TestBlocks.Raw(i, 10), token));
        await writer.FlushAsync(Cancellation);
        Assert.Equal(2000, sink.Batches.SelectMany(batch => batch).Distinct().Count());
        Assert.Equal(2000, writer.BlockCount);
    }

    private static Block Pooled(int size)
    {
        var buffer = PooledBuffer.Rent(size);
        buffer.Span.Fill((byte)size);
        return Block.Create(Multiformats.Multicodec.Raw, buffer.Memory, owner: buffer);
    }

    private sealed class GatedSink : IBlockSink
    {
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Channel<int> _reached = Channel.CreateBounded<int>(100_000);
        private readonly Lock _lock = new();

        public List<List<Multiformats.Cid>> Batches { get; } = [];

        public int Cancelled { get; private set; }

        public Exception? Failure { get; init; }

        public void Open() => _gate.TrySetResult();

        public async Task Reached(int batches)
        {
            for (var i = 0; i < batches; i++)
                await _reached.Reader.ReadAsync(Cancellation);
        }

        public async ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default)
        {
            lock (_lock)
                Batches.Add([.. blocks.Select(block => block.Cid)]);
            _reached.Writer.TryWrite(blocks.Count);
            try
            {
                await _gate.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                lock (_lock)
                    Cancelled++;
                throw;
            }

            // A put borrows its blocks until it completes.
            Assert.All(blocks, block => Assert.True(block.Data.Length > 0));
            if (Failure is not null)
                throw Failure;
        }
    }
}
