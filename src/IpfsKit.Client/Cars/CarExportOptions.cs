using IpfsKit.Ipld.Car;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Client;

/// <summary>What of a DAG is exported.</summary>
public sealed record CarExportOptions
{
    /// <summary>How much of what the path leads to.</summary>
    /// <value>Default: <see cref="DagScope.All"/>.</value>
    public DagScope Scope { get; init; } = DagScope.All;

    /// <summary>The part of a file, for <see cref="DagScope.Entity"/>.</summary>
    /// <value>Default: null, all of it.</value>
    public EntityBytes? Range { get; init; }

    /// <summary>Whether a block that the walk comes to again is written again.</summary>
    /// <value>Default: false, each block once, which takes some 100 bytes of memory per block.</value>
    public bool IncludeDuplicates { get; init; }
}
