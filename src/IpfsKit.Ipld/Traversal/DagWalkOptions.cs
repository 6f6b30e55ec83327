using IpfsKit.Ipld.Codecs;

namespace IpfsKit.Ipld.Traversal;

/// <summary>How a <see cref="DagWalker"/> walks.</summary>
public sealed record DagWalkOptions
{
    /// <summary>The defaults.</summary>
    public static DagWalkOptions Default { get; } = new();

    /// <summary>The bounds.</summary>
    /// <value>Default <see cref="TraversalLimits.Default"/>.</value>
    public TraversalLimits Limits { get; init; } = TraversalLimits.Default;

    /// <summary>Whether a block that the walk comes to again is visited again, with everything below it.</summary>
    /// <value>Default false: each block once, which takes about 100 bytes of memory for each.</value>
    public bool VisitDuplicates { get; init; }

    /// <summary>How many blocks are asked for before their turn.</summary>
    /// <value>0 to 1024; default 0. That many blocks are in memory beside the one that is visited.</value>
    public int ReadAhead { get; init; }

    /// <summary>The codecs that read links.</summary>
    /// <value>Default <see cref="IpldCodecs.Default"/>.</value>
    public IpldCodecs Codecs { get; init; } = IpldCodecs.Default;
}
