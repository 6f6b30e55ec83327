using IpfsKit.Multiformats;

namespace IpfsKit.Ipld;

/// <summary>A path leads nowhere: a segment has no link of that name.</summary>
public sealed class PathNotFoundException(string path, string segment, Cid at)
    : IpldException($"'{path}': there is no link named '{segment}' under {at}.")
{
    /// <summary>The whole path.</summary>
    public string Path { get; } = path;

    /// <summary>The segment that was not found.</summary>
    public string Segment { get; } = segment;

    /// <summary>The node in which it was looked for.</summary>
    public Cid At { get; } = at;
}

/// <summary>A DAG is deeper, wider or larger than the limit in force.</summary>
public sealed class TraversalLimitException(Cid root, string limit, long value)
    : IpldException($"The DAG under {root} exceeds the limit {limit} = {value}.")
{
    /// <summary>Where the traversal began.</summary>
    public Cid Root { get; } = root;

    /// <summary>The name of the limit.</summary>
    public string Limit { get; } = limit;

    /// <summary>Its value.</summary>
    public long Value { get; } = value;
}
