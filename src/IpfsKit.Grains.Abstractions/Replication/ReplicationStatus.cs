using IpfsKit.Multiformats;

namespace IpfsKit.Grains;

/// <summary>How well a root is replicated, by the copies on silos that are up.</summary>
[GenerateSerializer, Alias("ipfskit.ReplicationHealth")]
public enum ReplicationHealth
{
    /// <summary>No copy can be reached.</summary>
    Poor,

    /// <summary>There are copies, but fewer than wanted.</summary>
    Fair,

    /// <summary>As many as wanted.</summary>
    Good,

    /// <summary>As many as there may be, or more.</summary>
    Excellent,
}

/// <summary>The copies of a committed root.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.ReplicationStatus")]
public sealed record ReplicationStatus
{
    /// <summary>The root in the form its first caller used.</summary>
    [Id(0)] public required Cid Root { get; init; }

    /// <summary>How well that is.</summary>
    [Id(1)] public required ReplicationHealth Health { get; init; }

    /// <summary>The copies on silos that are up and stay.</summary>
    [Id(2)] public required int Copies { get; init; }

    /// <summary>The copies that are wanted.</summary>
    [Id(3)] public required int Wanted { get; init; }

    /// <summary>The copies above which those that nobody reads are released.</summary>
    [Id(4)] public required int Most { get; init; }

    /// <summary>Every copy, those on silos that are down included.</summary>
    [Id(5)] public required IReadOnlyList<ReplicaInfo> Replicas { get; init; }

    /// <summary>The silos that have been told to hold it, and do not yet.</summary>
    [Id(6)] public IReadOnlyList<PeerId> UnderWay { get; init; } = [];
}

/// <summary>A copy of a root, and how its silo is.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.ReplicaInfo")]
public sealed record ReplicaInfo
{
    /// <summary>The silo, by its peer id.</summary>
    [Id(0)] public required PeerId Node { get; init; }

    /// <summary>When the copy was acknowledged as durable.</summary>
    [Id(1)] public required DateTimeOffset Since { get; init; }

    /// <summary>How the silo is.</summary>
    [Id(2)] public required ReplicaState State { get; init; }

    /// <summary>The zone of a silo that is up, or null.</summary>
    [Id(3)] public string? Zone { get; init; }
}

/// <summary>The silo of a copy.</summary>
[GenerateSerializer, Alias("ipfskit.ReplicaState")]
public enum ReplicaState
{
    /// <summary>It is up.</summary>
    Up,

    /// <summary>It is up, and being decommissioned: the copy does not count any more.</summary>
    Leaving,

    /// <summary>It is down.</summary>
    Down,
}

/// <summary>How many copies a root is to have.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.EnsureReplicationRequest")]
public sealed record EnsureReplicationRequest
{
    /// <summary>The most copies that can be asked for.</summary>
    public const int MaxCopies = 64;

    /// <summary>The copies; null for the cluster's factor for critical content (<c>IpfsKit:Replication:CriticalFactor</c>).</summary>
    [Id(0)] public int? Copies { get; init; }
}
