using IpfsKit.Multiformats;

namespace IpfsKit.Grains;

/// <summary>One libp2p peer outside of the cluster that was fetched from: how it behaved. Key: its peer id in base58.</summary>
[Alias("ipfskit.IProviderGrain")]
public interface IProviderGrain : IGrainWithStringKey
{
    /// <summary>What is known of it, or null if nothing is.</summary>
    [Alias("Get")]
    ValueTask<ProviderInfo?> GetAsync(CancellationToken cancellationToken = default);
}

/// <summary>How a peer behaved towards the silos of the cluster.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.ProviderInfo")]
public sealed record ProviderInfo
{
    /// <summary>The peer.</summary>
    [Id(0)] public required PeerId Peer { get; init; }

    /// <summary>Blocks that it delivered.</summary>
    [Id(1)] public long Successes { get; init; }

    /// <summary>Times that it failed.</summary>
    [Id(2)] public long Failures { get; init; }

    /// <summary>Bytes that it delivered.</summary>
    [Id(3)] public long Bytes { get; init; }

    /// <summary>The share of successes, the recent ones counting most: 0 to 1.</summary>
    [Id(4)] public double SuccessRate { get; init; }

    /// <summary>The time from asking to having, the recent ones counting most; null before the first block.</summary>
    [Id(5)] public TimeSpan? Latency { get; init; }

    /// <summary>Bytes per second while it delivered, the recent ones counting most; null before the first block.</summary>
    [Id(6)] public double? Throughput { get; init; }

    /// <summary>Failures that no success has made up for; each success halves it.</summary>
    [Id(7)] public int BackoffCount { get; init; }

    /// <summary>Until when it is better not asked, or null.</summary>
    [Id(8)] public DateTimeOffset? BackoffUntil { get; init; }

    /// <summary>When something was last heard of it.</summary>
    [Id(9)] public DateTimeOffset LastSeen { get; init; }

    /// <summary>Where it was when it last delivered.</summary>
    [Id(10)] public IReadOnlyList<Multiaddr> Addresses { get; init; } = [];
}
