namespace IpfsKit.Ipld.Traversal;

/// <summary>How much of a DAG a walk follows before it gives up with <see cref="TraversalLimitException"/>.</summary>
/// <remarks>A DAG from a stranger can be endless in practice: a few blocks that each link many times to the next have more paths than there are atoms.</remarks>
public sealed record TraversalLimits
{
    /// <summary>The defaults.</summary>
    public static TraversalLimits Default { get; } = new();

    /// <summary>Links between the root and a block.</summary>
    /// <value>At least 0; default 1024.</value>
    public int MaxDepth { get; init; } = 1024;

    /// <summary>Blocks that are visited, each visit of the same block counted.</summary>
    /// <value>At least 1; default 2^24, which is 4 TiB of 256 KiB blocks.</value>
    public long MaxBlocks { get; init; } = 1L << 24;

    /// <summary>Bytes of the blocks that are visited.</summary>
    /// <value>At least 1; default 2^44, which is 16 TiB.</value>
    public long MaxBytes { get; init; } = 1L << 44;

    /// <summary>Links that were read and are still to be followed: the memory of a walk, about 80 bytes each.</summary>
    /// <value>At least 1; default 2^20.</value>
    public int MaxPendingLinks { get; init; } = 1 << 20;
}
