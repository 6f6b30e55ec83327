namespace IpfsKit.Grains.Replication;

/// <summary>What this silo knows of replication: how its roots were when it last looked, and what it has done since it started. Thread-safe.</summary>
internal sealed class ReplicationCounters
{
    private long _repairs;
    private long _released;
    private long _lost;
    private SweepTally _tally = new();

    /// <summary>Copies were begun again.</summary>
    public void AddRepairs(int count) => Interlocked.Add(ref _repairs, count);

    /// <summary>A copy was released.</summary>
    public void AddReleased() => Interlocked.Increment(ref _released);

    /// <summary>Another silo did not hold what it was listed for.</summary>
    public void AddLost() => Interlocked.Increment(ref _lost);

    /// <summary>All roots have been looked at.</summary>
    public void Complete(SweepTally tally) => Volatile.Write(ref _tally, tally);

    /// <summary>What callers see.</summary>
    public ReplicationStats Snapshot(bool isLeaving)
    {
        var tally = Volatile.Read(ref _tally);
        return new ReplicationStats
        {
            Poor = tally.Of(ReplicationHealth.Poor),
            Fair = tally.Of(ReplicationHealth.Fair),
            Good = tally.Of(ReplicationHealth.Good),
            Excellent = tally.Of(ReplicationHealth.Excellent),
            SweptAt = tally.EndedAt,
            Repairs = Interlocked.Read(ref _repairs),
            Released = Interlocked.Read(ref _released),
            Lost = Interlocked.Read(ref _lost),
            IsLeaving = isLeaving,
        };
    }
}

/// <summary>How the roots were that were looked at.</summary>
internal sealed class SweepTally
{
    private readonly long[] _roots = new long[Enum.GetValues<ReplicationHealth>().Length];

    /// <summary>When the last of them was looked at; null if none was.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Counts a root.</summary>
    public void Add(ReplicationHealth health) => _roots[(int)health]++;

    /// <summary>How many were so.</summary>
    public long Of(ReplicationHealth health) => _roots[(int)health];
}
