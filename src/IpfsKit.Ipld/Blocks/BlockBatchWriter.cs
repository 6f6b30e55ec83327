namespace IpfsKit.Ipld;

/// <summary>Gathers blocks into batches and keeps a bounded number of batches on their way to a sink.</summary>
/// <remarks>
/// A batch that waits for durability leaves room for the next to be filled, so that waits overlap with the making of blocks.
/// <para><b>Bounds.</b> At most <c>(maxInFlight + 1) × maxBatchBytes</c> and one block are held.</para>
/// <para><b>Order.</b> Batches may become durable in any order: a node may be there before what it links to. Only after <see cref="FlushAsync"/>
/// is everything there.</para>
/// <para><b>Ownership.</b> A block that was added belongs to the writer, also when adding throws; it is disposed once its batch is done.</para>
/// <para><b>Failure.</b> The first failed put fails every later call with the same exception.</para>
/// <para>All members may be called concurrently, except that nothing may be added while or after disposing.</para>
/// </remarks>
public sealed class BlockBatchWriter : IAsyncDisposable
{
    /// <summary>The default size at which a batch is sent, in bytes: 16 MiB.</summary>
    public const int DefaultMaxBatchBytes = 16 << 20;

    /// <summary>The default number of blocks at which a batch is sent.</summary>
    public const int DefaultMaxBatchBlocks = 4096;

    private readonly IBlockSink _sink;
    private readonly long _maxBatchBytes;
    private readonly int _maxBatchBlocks;
    private readonly int _maxInFlight;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Queue<Task> _inFlight = new();
    private readonly CancellationTokenSource _abandoned = new();
    private List<Block> _batch = [];
    private long _batchBytes;
    private Exception? _failure;
    private bool _disposed;

    /// <summary>Makes a writer.</summary>
    /// <param name="sink">Where batches go.</param>
    /// <param name="maxBatchBytes">A batch is sent when it has this many bytes; from 1.</param>
    /// <param name="maxBatchBlocks">A batch is sent when it has this many blocks; from 1.</param>
    /// <param name="maxInFlight">The most batches that are on their way at once; from 1.</param>
    public BlockBatchWriter(
        IBlockSink sink, long maxBatchBytes = DefaultMaxBatchBytes, int maxBatchBlocks = DefaultMaxBatchBlocks, int maxInFlight = 2)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBatchBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBatchBlocks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxInFlight, 1);
        (_sink, _maxBatchBytes, _maxBatchBlocks, _maxInFlight) = (sink, maxBatchBytes, maxBatchBlocks, maxInFlight);
    }

    /// <summary>The blocks that were added.</summary>
    public long BlockCount { get; private set; }

    /// <summary>The bytes of the blocks that were added.</summary>
    public long ByteCount { get; private set; }

    /// <summary>Takes over a block; waits while too many batches are on their way.</summary>
    public async ValueTask AddAsync(Block block, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(block);
        var taken = false;
        try
        {
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                ThrowIfFailed();
                _batch.Add(block);
                taken = true;
                _batchBytes += block.Size;
                BlockCount++;
                ByteCount += block.Size;
                if (_batchBytes >= _maxBatchBytes || _batch.Count >= _maxBatchBlocks)
                    await SendAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }
        }
        finally
        {
            if (!taken)
                block.Dispose();
        }
    }

    /// <summary>Sends what is gathered and waits until the sink has everything.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ThrowIfFailed();
            await SendAsync(cancellationToken).ConfigureAwait(false);
            while (_inFlight.Count > 0)
                await WaitForOldestAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>
    /// Gives up what was not flushed: cancels the batches on their way, waits until the sink has let go of them, and disposes all blocks.
    /// After a flush there is nothing to give up. Disposing again does nothing.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_disposed)
                return;
            _disposed = true;
            await _abandoned.CancelAsync().ConfigureAwait(false);
            while (_inFlight.TryDequeue(out var put))
                await put.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            DisposeAll(_batch);
            _batch.Clear();
            _failure ??= new ObjectDisposedException(nameof(BlockBatchWriter));
        }
        finally
        {
            _gate.Release();
        }

        _abandoned.Dispose();
    }

    private async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        if (_batch.Count == 0)
            return;
        while (_inFlight.Count >= _maxInFlight)
            await WaitForOldestAsync(cancellationToken).ConfigureAwait(false);
        var batch = _batch;
        _batch = new List<Block>(Math.Min(batch.Count, _maxBatchBlocks));
        _batchBytes = 0;
        _inFlight.Enqueue(PutAsync(batch));
    }

    private async ValueTask WaitForOldestAsync(CancellationToken cancellationToken)
    {
        var oldest = _inFlight.Peek();
        try
        {
            await oldest.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // A batch that a sink cancelled is as absent as one that failed; only the waiting can be given up without consequence.
            if (oldest.IsCompleted)
            {
                _ = _inFlight.Dequeue();
                if (!oldest.IsCompletedSuccessfully)
                    _failure ??= oldest.Exception?.InnerException ?? new TaskCanceledException(oldest);
            }
        }
    }

    private async Task PutAsync(List<Block> batch)
    {
        try
        {
            // A sink may work for long before it first waits; whoever adds goes on meanwhile.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            await _sink.PutManyAsync(batch, _abandoned.Token).ConfigureAwait(false);
        }
        finally
        {
            DisposeAll(batch);
        }
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
    }

    private static void DisposeAll(List<Block> blocks)
    {
        foreach (var block in blocks)
            block.Dispose();
    }
}
