namespace IpfsKit.Grains.Providers;

/// <summary>What is kept of one peer. Immutable.</summary>
/// <remarks>Written as JSON with a version. Names and meanings of members are a format: add, never rename (<c>ContentStateFormatTests</c> holds the bytes).</remarks>
internal sealed record ProviderState
{
    /// <summary>Blocks that it delivered.</summary>
    public long Successes { get; init; }

    /// <summary>Times that it failed.</summary>
    public long Failures { get; init; }

    /// <summary>Bytes that it delivered.</summary>
    public long Bytes { get; init; }

    /// <summary>The share of successes, 0 to 1, an exponentially weighted average over reports.</summary>
    public double SuccessRate { get; init; }

    /// <summary>Seconds from asking to having, averaged like that; null before the first block.</summary>
    public double? Latency { get; init; }

    /// <summary>Bytes per second while it delivered, averaged like that; null before the first block.</summary>
    public double? Throughput { get; init; }

    /// <summary>Failures that no success has made up for.</summary>
    public int BackoffCount { get; init; }

    /// <summary>Until when it is better not asked.</summary>
    public DateTimeOffset? BackoffUntil { get; init; }

    /// <summary>When something was last heard of it; null if nothing is stored.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Where it was when it last delivered; null if that is not known.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }
}
