namespace IpfsKit.Bitswap.Server;

/// <summary>A bounded number of loops that run while there is something to do, and not otherwise. Thread-safe.</summary>
/// <param name="most">At most how many.</param>
/// <param name="step">Does one thing; false if there was nothing to do. Does not throw.</param>
internal sealed class WorkerPool(int most, Func<ValueTask<bool>> step)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private long _begun;
    private bool _isSignalled;
    private bool _isClosed;

    /// <summary>How many loops run.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>How many loops were begun so far.</summary>
    public long Begun => Volatile.Read(ref _begun);

    /// <summary>There may be something to do. What was there before this call is done by some loop after it.</summary>
    public void Signal()
    {
        lock (_lock)
        {
            if (_isClosed)
                return;
            if (_running == most)
            {
                _isSignalled = true;
                return;
            }

            _running++;
            _begun++;
        }

        _ = Task.Run(RunAsync);
    }

    /// <summary>Begins nothing new. Completes when no loop runs.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            if (_running == 0)
                _idle.TrySetResult();
        }

        return _idle.Task;
    }

    private async Task RunAsync()
    {
        do
        {
            while (!Volatile.Read(ref _isClosed) && await step().ConfigureAwait(false))
            {
            }
        }
        while (!TryEnd());
    }

    private bool TryEnd()
    {
        lock (_lock)
        {
            // Somebody signalled after this loop had found nothing, and no other loop could be begun.
            if (_isSignalled && !_isClosed)
            {
                _isSignalled = false;
                return false;
            }

            if (--_running == 0 && _isClosed)
                _idle.TrySetResult();
            return true;
        }
    }
}
