namespace IpfsKit.Ipld.UnixFs;

/// <summary>How UnixFS DAGs are read.</summary>
public sealed record UnixFsReadOptions
{
    /// <summary>The defaults.</summary>
    public static UnixFsReadOptions Default { get; } = new();

    /// <summary>The most blocks that are asked for before they are needed; only blocks that the range needs are ever asked for.</summary>
    /// <value>0 to 256; default 4. At most twice as many blocks are in memory beside the one that is read; a network wants more than a disk.</value>
    public int ReadAheadBlocks { get; init; } = 4;

    /// <summary>The most nodes between the root of a file and a leaf, and the most directories that an export nests.</summary>
    /// <value>From 1; default 256. A balanced file of 2^63 bytes has 7.</value>
    public int MaxDepth { get; init; } = 256;

    /// <summary>The most blocks that one enumeration of an entity yields, repeated ones included.</summary>
    /// <value>From 1; default 2^32.</value>
    public long MaxBlocks { get; init; } = 1L << 32;

    /// <summary>The most links that were read and are still to be followed: the memory of a walk, some 100 bytes each.</summary>
    /// <value>From 1; default 2^20. A file of the widest nodes that an import makes has 16,384 for each level.</value>
    public int MaxPendingLinks { get; init; } = 1 << 20;

    internal UnixFsReadOptions Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ReadAheadBlocks);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ReadAheadBlocks, 256);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDepth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBlocks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingLinks, 1);
        return this;
    }
}
