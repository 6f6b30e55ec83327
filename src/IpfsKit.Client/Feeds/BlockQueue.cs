using IpfsKit.Ipld;

namespace IpfsKit.Client.Feeds;

/// <summary>Blocks between one writer and one reader, bounded by their bytes. A block is taken whenever the queue is empty, however large.</summary>
internal sealed class BlockQueue(long capacityBytes)
{
    private readonly Lock _lock = new();
    private readonly Queue<Block> _blocks = new();
    private long _bytes;
    private bool _isCompleted;
    private Exception? _error;
    private TaskCompletionSource? _readerWaits;
    private TaskCompletionSource? _writerWaits;

    /// <summary>Hands over a block; waits while there is no room. False if the reader has gone, and then the block is disposed.</summary>
    public async ValueTask<bool> WriteAsync(Block block)
    {
        while (true)
        {
            TaskCompletionSource wait;
            lock (_lock)
            {
                if (_isCompleted)
                {
                    block.Dispose();
                    return false;
                }

                if (_blocks.Count == 0 || _bytes + block.Size <= capacityBytes)
                {
                    _blocks.Enqueue(block);
                    _bytes += block.Size;
                    Wake(ref _readerWaits);
                    return true;
                }

                wait = _writerWaits = NewSignal();
            }

            await wait.Task.ConfigureAwait(false);
        }
    }

    /// <summary>The next block, or null when the writer has completed the queue.</summary>
    public async ValueTask<Block?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource wait;
            lock (_lock)
            {
                if (_blocks.TryDequeue(out var block))
                {
                    _bytes -= block.Size;
                    Wake(ref _writerWaits);
                    return block;
                }

                if (_isCompleted)
                    return _error is null ? null : throw _error;
                wait = _readerWaits = NewSignal();
            }

            await wait.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the queue from the writer's side; blocks in it are still read, then the error is thrown.</summary>
    public void Complete(Exception? error)
    {
        lock (_lock)
        {
            _isCompleted = true;
            _error ??= error;
            Wake(ref _readerWaits);
            Wake(ref _writerWaits);
        }
    }

    /// <summary>Ends the queue from the reader's side: disposes what is in it and turns the writer away.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            _isCompleted = true;
            while (_blocks.TryDequeue(out var block))
                block.Dispose();
            _bytes = 0;
            Wake(ref _writerWaits);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Wake(ref TaskCompletionSource? waiter)
    {
        waiter?.TrySetResult();
        waiter = null;
    }
}
