using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Content;

/// <summary>What a content grain says to a silo that holds its root.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.SweepAdvice")]
internal sealed record SweepAdvice
{
    /// <summary>Whether the silo is listed no longer, and drops its copy.</summary>
    [Id(0)] public bool IsReleased { get; init; }

    /// <summary>What the root's state was then (<see cref="ContentRegistration.Revision"/>).</summary>
    [Id(1)] public long Revision { get; init; }

    /// <summary>The other holders that are up.</summary>
    [Id(2)] public IReadOnlyList<PeerId> Others { get; init; } = [];

    /// <summary>How well the root is replicated.</summary>
    [Id(3)] public ReplicationHealth Health { get; init; }

    /// <summary>How many silos have just been told to hold it.</summary>
    [Id(4)] public int Started { get; init; }
}
