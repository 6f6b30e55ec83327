namespace IpfsKit.Grains.Nodes;

/// <summary>How much a node stores, and how it tidies up.</summary>
public sealed class NodeStorageOptions
{
    /// <summary>The least that <see cref="CapacityBytes"/> may be: two segment files and room to compact them.</summary>
    public const long MinCapacityBytes = 1L << 30;

    /// <summary>The most bytes that block files take.</summary>
    /// <value>Bytes, at least 1 GiB; default by role: 1 TB for a master, 100 GB for a worker, 10 GB for a leecher.</value>
    public long? CapacityBytes { get; set; }

    /// <summary>The bytes of the disk that are left free.</summary>
    /// <value>Bytes, 0 or more; default 256 MiB.</value>
    public long MinFreeDiskBytes { get; set; } = 256L << 20;

    /// <summary>How often blocks that no root reaches are looked for.</summary>
    /// <value>1 minute to 30 days; default 10 minutes.</value>
    public TimeSpan CollectInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The size of a segment file; tests make it small, and with it the least capacity, which is four of them.</summary>
    internal long SegmentBytes { get; set; } = MinCapacityBytes / 4;

    /// <summary>The capacity of a role.</summary>
    internal static long DefaultCapacityBytes(NodeRole role) => role switch
    {
        NodeRole.Master => 1_000_000_000_000,
        NodeRole.Leecher => 10_000_000_000,
        _ => 100_000_000_000,
    };
}
