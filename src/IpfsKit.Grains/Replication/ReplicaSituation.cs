using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Replication;

/// <summary>All that a decision about the copies of a root depends on.</summary>
internal sealed record ReplicaSituation
{
    /// <summary>The copies that it is to have.</summary>
    public required int Wanted { get; init; }

    /// <summary>The copies above which some are released.</summary>
    public required int Most { get; init; }

    /// <summary>The holders that are up and stay, the one that can best be spared first.</summary>
    public required IReadOnlyList<PeerId> Standing { get; init; }

    /// <summary>The holders that are up and leave.</summary>
    public IReadOnlyList<PeerId> Leaving { get; init; } = [];

    /// <summary>The holders that are down, but not for so long that they are given up.</summary>
    public int Awaited { get; init; }

    /// <summary>The silos that have been told to hold it.</summary>
    public IReadOnlyList<PeerId> UnderWay { get; init; } = [];

    /// <summary>Those that could hold it, the best first.</summary>
    public required IReadOnlyList<PeerId> Candidates { get; init; }

    /// <summary>Whether somebody has read it of late.</summary>
    public bool IsRead { get; init; }
}

/// <summary>What is done about the copies of a root.</summary>
/// <param name="Start">The silos that are told to hold it.</param>
/// <param name="Release">A holder that may let go of it, or null.</param>
internal readonly record struct ReplicaDecision(IReadOnlyList<PeerId> Start, PeerId? Release);
