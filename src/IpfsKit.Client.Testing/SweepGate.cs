namespace IpfsKit.Client.Testing;

/// <summary>Keeps additions and sweeps apart: a sweep that finds an addition under way is left for the last of them, an addition waits for a sweep.</summary>
internal sealed class SweepGate(Func<Task> sweep)
{
    private readonly Lock _lock = new();
    private int _additions;
    private bool _isWanted;
    private Task _sweeping = Task.CompletedTask;

    /// <summary>Begins an addition; dispose what is returned when its root is committed.</summary>
    public async Task<IAsyncDisposable> AddAsync()
    {
        while (true)
        {
            Task sweeping;
            lock (_lock)
            {
                sweeping = _sweeping;
                if (sweeping.IsCompleted)
                {
                    _additions++;
                    return new Addition(this);
                }
            }

            await sweeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sweeps now, or after the additions that are under way.</summary>
    public Task SweepAsync()
    {
        lock (_lock)
        {
            if (_additions > 0)
            {
                _isWanted = true;
                return Task.CompletedTask;
            }

            _isWanted = false;
            return _sweeping = RunAsync(_sweeping);
        }
    }

    private async Task RunAsync(Task previous)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        await sweep().ConfigureAwait(false);
    }

    private sealed class Addition(SweepGate gate) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            bool isLast;
            lock (gate._lock)
                isLast = --gate._additions == 0 && gate._isWanted;
            if (isLast)
                await gate.SweepAsync().ConfigureAwait(false);
        }
    }
}
