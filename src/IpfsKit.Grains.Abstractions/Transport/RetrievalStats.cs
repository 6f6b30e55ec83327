namespace IpfsKit.Grains;

/// <summary>What a node had to get from others since it started.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.RetrievalStats")]
public sealed record RetrievalStats
{
    /// <summary>Reads and fetches of content that was not all here.</summary>
    [Id(0)] public long CacheMisses { get; init; }

    /// <summary>Those of them that got what they asked for.</summary>
    [Id(1)] public long CacheMissesHandled { get; init; }

    /// <summary>Those that did not.</summary>
    [Id(2)] public long CacheMissesFailed { get; init; }

    /// <summary>Blocks that came, each counted once.</summary>
    [Id(3)] public long BlocksRetrieved { get; init; }

    /// <summary>Their bytes.</summary>
    [Id(4)] public long TotalBytesRetrieved { get; init; }

    /// <summary>Those of them that silos of the cluster sent.</summary>
    [Id(5)] public long BytesFromCluster { get; init; }

    /// <summary>The time from the first miss to the last block that came, over all that were handled.</summary>
    [Id(6)] public TimeSpan TotalRetrieveTime { get; init; }

    /// <summary>How peers that have content were looked for.</summary>
    [Id(7)] public DiscoveryStats Discovery { get; init; } = new();

    /// <summary>The share of misses that were handled, of those that have ended; 0 before any has.</summary>
    public double SuccessRate => CacheMissesHandled + CacheMissesFailed is var ended and > 0 ? (double)CacheMissesHandled / ended : 0;

    /// <summary>The average over the misses that were handled; zero before any was.</summary>
    public TimeSpan AverageRetrieveTime => CacheMissesHandled == 0 ? TimeSpan.Zero : TotalRetrieveTime / CacheMissesHandled;

    /// <summary>The sums of both.</summary>
    public static RetrievalStats operator +(RetrievalStats left, RetrievalStats right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new RetrievalStats
        {
            CacheMisses = left.CacheMisses + right.CacheMisses,
            CacheMissesHandled = left.CacheMissesHandled + right.CacheMissesHandled,
            CacheMissesFailed = left.CacheMissesFailed + right.CacheMissesFailed,
            BlocksRetrieved = left.BlocksRetrieved + right.BlocksRetrieved,
            TotalBytesRetrieved = left.TotalBytesRetrieved + right.TotalBytesRetrieved,
            BytesFromCluster = left.BytesFromCluster + right.BytesFromCluster,
            TotalRetrieveTime = left.TotalRetrieveTime + right.TotalRetrieveTime,
            Discovery = new DiscoveryStats
            {
                Searches = left.Discovery.Searches + right.Discovery.Searches,
                ProvidersFound = left.Discovery.ProvidersFound + right.Discovery.ProvidersFound,
                FailedDiscoveries = left.Discovery.FailedDiscoveries + right.Discovery.FailedDiscoveries,
            },
        };
    }

    /// <inheritdoc cref="op_Addition"/>
    public static RetrievalStats Add(RetrievalStats left, RetrievalStats right) => left + right;
}

/// <summary>How peers that have content were looked for.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.DiscoveryStats")]
public sealed record DiscoveryStats
{
    /// <summary>Misses for which somebody was looked for.</summary>
    [Id(0)] public long Searches { get; init; }

    /// <summary>Silos and peers that were known to have the content, or to be worth asking.</summary>
    [Id(1)] public long ProvidersFound { get; init; }

    /// <summary>Searches that found nobody to ask.</summary>
    [Id(2)] public long FailedDiscoveries { get; init; }
}

/// <summary>What a node exchanged with peers by bitswap since it started.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.ExchangeStats")]
public sealed record ExchangeStats
{
    /// <summary>Peers that are connected.</summary>
    [Id(0)] public int Peers { get; init; }

    /// <summary>Blocks received, duplicates included.</summary>
    [Id(1)] public long BlocksReceived { get; init; }

    /// <summary>Their bytes.</summary>
    [Id(2)] public long BytesReceived { get; init; }

    /// <summary>Blocks that came although they were here already.</summary>
    [Id(3)] public long DuplicateBlocksReceived { get; init; }

    /// <summary>Their bytes.</summary>
    [Id(4)] public long DuplicateBytesReceived { get; init; }

    /// <summary>Blocks that nobody had asked for.</summary>
    [Id(5)] public long UnwantedBlocksReceived { get; init; }

    /// <summary>Blocks sent.</summary>
    [Id(6)] public long BlocksSent { get; init; }

    /// <summary>Their bytes.</summary>
    [Id(7)] public long BytesSent { get; init; }
}
