namespace IpfsKit.Grains.Replication;

/// <summary>When the roots of this silo are looked at next. Thread-safe.</summary>
internal sealed class SweepSchedule(ReplicationOptions options, TimeProvider time)
{
    // Holders do not all look at the same moment.
    private const double Jitter = 0.1;

    private readonly Lock _lock = new();
    private readonly List<DateTimeOffset> _due = [time.GetUtcNow() + options.SweepInterval];

    /// <summary>A silo has gone: when it has been gone for long enough that its copies are made again, the roots are looked at.</summary>
    public void OnSiloGone() => Add(options.RepairDelay + TimeSpan.FromMilliseconds(1));

    /// <summary>The roots are to be looked at now.</summary>
    public void Request() => Add(TimeSpan.Zero);

    /// <summary>Whether it is time; then that counts as done, and the next time is an interval from now or what else is due.</summary>
    public bool TryTake()
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (_due.RemoveAll(due => due <= now) == 0)
                return false;
            if (_due.Count == 0)
                _due.Add(now + (options.SweepInterval * (1 - (Jitter * Random.Shared.NextDouble()))));
            return true;
        }
    }

    private void Add(TimeSpan delay)
    {
        var due = time.GetUtcNow() + delay;
        lock (_lock)
        {
            if (_due.Count < 64)
                _due.Add(due);
        }
    }
}
