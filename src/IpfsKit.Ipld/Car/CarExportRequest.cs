using IpfsKit.Ipld.Traversal;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Ipld.Car;

/// <summary>Which part of a DAG a CAR is to hold.</summary>
/// <param name="Path">Where it begins. The blocks that lead there come first, so that the way can be checked.</param>
public sealed record CarExportRequest(IpfsPath Path)
{
    /// <summary>How much of what the path leads to.</summary>
    /// <value>Default <see cref="DagScope.All"/>.</value>
    public DagScope Scope { get; init; } = DagScope.All;

    /// <summary>The bytes of a file that are meant; implies <see cref="DagScope.Entity"/> and says nothing for other entities.</summary>
    /// <value>Default null: no range.</value>
    public EntityBytes? Bytes { get; init; }

    /// <summary>What happens to repeated blocks.</summary>
    /// <value>Default <see cref="CarDuplicates.Omit"/>, which takes about 100 bytes of memory for each block.</value>
    public CarDuplicates Duplicates { get; init; }

    /// <summary>The bounds of what is sent after the path.</summary>
    /// <value>Default <see cref="TraversalLimits.Default"/>.</value>
    public TraversalLimits Limits { get; init; } = TraversalLimits.Default;

    /// <summary>How many blocks are asked for before their turn.</summary>
    /// <value>0 to 256; default 4.</value>
    public int ReadAhead { get; init; } = 4;
}
