namespace IpfsKit.Bitswap.Client;

/// <summary>One timer for all that becomes due: it rings when the earliest is. Guarded by the client's gate, except for the ringing.</summary>
internal sealed class ClientTimer : IAsyncDisposable
{
    /// <summary>The shortest time between two rings, in seconds: so that many dues cost one pass.</summary>
    private const double LeastInterval = 0.01;

    private readonly ITimer _timer;
    private double _due = double.PositiveInfinity;

    public ClientTimer(TimeProvider time, Action ring) => _timer = time.CreateTimer(static state => ((Action)state!)(), ring, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>When it rings; positive infinity for never.</summary>
    public double Due => _due;

    /// <summary>Rings at a time at the latest.</summary>
    public void Schedule(double due, double now)
    {
        if (due >= _due)
            return;
        _due = due;
        _timer.Change(TimeSpan.FromSeconds(Math.Clamp(due - now, LeastInterval, 3600)), Timeout.InfiniteTimeSpan);
    }

    /// <summary>It has rung.</summary>
    public void Reset() => _due = double.PositiveInfinity;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();
}
