using IpfsKit.Multiformats;

namespace IpfsKit.Client;

/// <summary>What was added: durable and visible.</summary>
public sealed record AddResult
{
    /// <summary>The root.</summary>
    public required Cid Root { get; init; }

    /// <summary>The length of the file, or the sum of the lengths of all files, in bytes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>The size of all distinct blocks of the DAG in bytes.</summary>
    public long DagBytes { get; init; }

    /// <summary>The number of distinct blocks.</summary>
    public long Blocks { get; init; }
}
