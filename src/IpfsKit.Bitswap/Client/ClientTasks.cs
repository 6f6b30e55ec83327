namespace IpfsKit.Bitswap.Client;

/// <summary>Knows the work that nobody awaits while it runs, so that disposing can. Each kind of work has a bound of its own. Thread-safe.</summary>
internal sealed class ClientTasks
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private bool _isClosed;

    /// <summary>How much is under way.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Begins something, unless it is too late.</summary>
    /// <param name="work">Handles its own failures.</param>
    public void Run(Func<Task> work)
    {
        lock (_lock)
        {
            if (_isClosed)
                return;
            _running++;
        }

        _ = RunAsync(work);
    }

    /// <summary>Takes nothing new; completes when nothing is under way.</summary>
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

    private async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                if (--_running == 0 && _isClosed)
                    _idle.TrySetResult();
            }
        }
    }
}
