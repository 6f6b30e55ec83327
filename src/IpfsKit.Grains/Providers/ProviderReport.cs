using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Providers;

/// <summary>How a peer behaved towards one silo since the last report.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.ProviderReport")]
internal sealed record ProviderReport
{
    /// <summary>Blocks that it delivered.</summary>
    [Id(0)] public long Successes { get; init; }

    /// <summary>Times that it failed.</summary>
    [Id(1)] public long Failures { get; init; }

    /// <summary>Bytes that it delivered.</summary>
    [Id(2)] public long Bytes { get; init; }

    /// <summary>The average time from asking to having; zero if it delivered nothing.</summary>
    [Id(3)] public TimeSpan Latency { get; init; }

    /// <summary>The time over which it delivered: from asking for the first block to having the last.</summary>
    [Id(4)] public TimeSpan Busy { get; init; }

    /// <summary>Whether the last that was heard of it was a failure.</summary>
    [Id(5)] public bool EndedInFailure { get; init; }

    /// <summary>When that was.</summary>
    [Id(6)] public DateTimeOffset At { get; init; }

    /// <summary>Where it is, the most likely first; empty if it delivered nothing.</summary>
    [Id(7)] public IReadOnlyList<Multiaddr> Addresses { get; init; } = [];
}
