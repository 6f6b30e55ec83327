namespace IpfsKit.Grains;

/// <summary>Replication as a silo sees it. Of the silos that hold a root one counts it, so that sums over silos count each root once.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.ReplicationStats")]
public sealed record ReplicationStats
{
    /// <summary>Roots of which no copy counted when they were last looked at: the silo itself is leaving, and nobody else has them.</summary>
    [Id(0)] public long Poor { get; init; }

    /// <summary>Roots with fewer copies than wanted.</summary>
    [Id(1)] public long Fair { get; init; }

    /// <summary>Roots with as many copies as wanted.</summary>
    [Id(2)] public long Good { get; init; }

    /// <summary>Roots with as many copies as there may be.</summary>
    [Id(3)] public long Excellent { get; init; }

    /// <summary>When they were last looked at; null if they have not been since the silo started.</summary>
    [Id(4)] public DateTimeOffset? SweptAt { get; init; }

    /// <summary>Copies that this silo has had made again since it started.</summary>
    [Id(5)] public long Repairs { get; init; }

    /// <summary>Copies that it has let go of because enough others hold the root.</summary>
    [Id(6)] public long Released { get; init; }

    /// <summary>Copies that other silos were listed for and did not hold.</summary>
    [Id(7)] public long Lost { get; init; }

    /// <summary>Whether the silo is being decommissioned.</summary>
    [Id(8)] public bool IsLeaving { get; init; }

    /// <summary>The sum over silos.</summary>
    public static ReplicationStats operator +(ReplicationStats left, ReplicationStats right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new ReplicationStats
        {
            Poor = left.Poor + right.Poor,
            Fair = left.Fair + right.Fair,
            Good = left.Good + right.Good,
            Excellent = left.Excellent + right.Excellent,
            SweptAt = left.SweptAt is { } first && right.SweptAt is { } second ? (first < second ? first : second) : left.SweptAt ?? right.SweptAt,
            Repairs = left.Repairs + right.Repairs,
            Released = left.Released + right.Released,
            Lost = left.Lost + right.Lost,
            IsLeaving = left.IsLeaving || right.IsLeaving,
        };
    }
}
