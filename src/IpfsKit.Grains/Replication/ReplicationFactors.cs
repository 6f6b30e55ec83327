namespace IpfsKit.Grains.Replication;

/// <summary>The numbers of copies that follow from settings and role.</summary>
internal sealed class ReplicationFactors
{
    private readonly WriteConcern _concern;

    /// <param name="options">The settings.</param>
    /// <param name="role">This silo's.</param>
    /// <param name="isEmbedded">Whether the cluster is one that nobody configured, and has one silo.</param>
    public ReplicationFactors(ReplicationOptions options, NodeRole role, bool isEmbedded)
    {
        Min = options.MinFactor ?? (isEmbedded ? 1 : DefaultMin);
        Max = options.MaxFactor ?? Min + 1;
        Critical = options.CriticalFactor ?? Min + 2;
        Own = role switch
        {
            NodeRole.Master when Min > 1 => Math.Min(Min + 1, Max),
            NodeRole.Leecher => 1,
            _ => Min,
        };
        _concern = options.WriteConcern ?? default;
    }

    /// <summary>What <see cref="Min"/> is where nothing is said.</summary>
    public const int DefaultMin = 3;

    /// <summary>The copies of content whose state says nothing.</summary>
    public int Min { get; }

    /// <summary>See <see cref="ReplicationOptions.MaxFactor"/>.</summary>
    public int Max { get; }

    /// <summary>See <see cref="ReplicationOptions.CriticalFactor"/>.</summary>
    public int Critical { get; }

    /// <summary>The copies of content that comes in through this silo.</summary>
    public int Own { get; }

    /// <summary>The copies that content is to have.</summary>
    /// <param name="stated">What its state says, or 0.</param>
    public int Wanted(int stated) => stated > 0 ? stated : Min;

    /// <summary>The copies above which some are released.</summary>
    /// <param name="wanted">Those that it is to have.</param>
    public int Most(int wanted) => Math.Max(wanted, Max);

    /// <summary>The silos on which content must be durable before a write is acknowledged.</summary>
    /// <param name="asked">What the caller asked for.</param>
    /// <param name="wanted">The copies that it is to have.</param>
    public int Concern(WriteConcern asked, int wanted) => (asked == default ? _concern : asked).Resolve(wanted);
}
