namespace IpfsKit.Bitswap.Client;

/// <summary>A number of bytes that may be held at once. Who finds it empty waits its turn. Thread-safe.</summary>
internal sealed class ByteBudget(long capacity)
{
    /// <summary>What a block costs beside its bytes: objects and places in queues. So a flood of tiny blocks finds the same bound.</summary>
    private const int OverheadBytes = 512;

    private readonly Lock _lock = new();
    private readonly Queue<(long Bytes, TaskCompletionSource Turn)> _waiting = new();
    private long _used;

    /// <summary>How many are taken.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>Whether anybody waits.</summary>
    public bool IsExhausted
    {
        get
        {
            lock (_lock)
                return _waiting.Count > 0;
        }
    }

    /// <summary>What a block takes.</summary>
    public static long CostOf(int bytes) => OverheadBytes + (long)bytes;

    /// <summary>Takes bytes; completes when they are there. More than the whole budget are given when nobody else has any.</summary>
    public ValueTask TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        lock (_lock)
        {
            if (_waiting.Count == 0 && Fits(bytes))
            {
                _used += bytes;
                return ValueTask.CompletedTask;
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((bytes, turn));
        }

        return WaitAsync(turn, cancellationToken);
    }

    /// <summary>Gives bytes back.</summary>
    public void Return(long bytes)
    {
        lock (_lock)
        {
            _used -= bytes;
            while (_waiting.TryPeek(out var next) && (next.Turn.Task.IsCompleted || Fits(next.Bytes)))
            {
                _waiting.Dequeue();
                if (next.Turn.TrySetResult())
                    _used += next.Bytes;
            }
        }
    }

    private bool Fits(long bytes) => _used + bytes <= capacity || _used == 0;

    private static async ValueTask WaitAsync(TaskCompletionSource turn, CancellationToken cancellationToken)
    {
        // Cancelled, the turn stays in the queue as a completed one, and is passed over.
        await using var registration = cancellationToken.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), turn).ConfigureAwait(false);
        await turn.Task.ConfigureAwait(false);
    }
}
