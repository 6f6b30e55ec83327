using IpfsKit.Grains;
using IpfsKit.Multiformats;

namespace IpfsKit.Client;

/// <summary>Content that was fetched and is a root of the cluster now.</summary>
public sealed record FetchResult
{
    /// <summary>The root.</summary>
    public required Cid Root { get; init; }

    /// <summary>The node that holds it.</summary>
    public required PeerId Node { get; init; }

    /// <summary>The size of the content in bytes: a file's length, a directory's sum of files, else the root block's size.</summary>
    public long SizeBytes { get; init; }

    /// <summary>The size of all distinct blocks of the DAG in bytes.</summary>
    public long DagBytes { get; init; }

    /// <summary>The number of distinct blocks.</summary>
    public long Blocks { get; init; }

    /// <summary>Blocks of those that came from peers; the others were here already.</summary>
    public long FetchedBlocks { get; init; }

    /// <summary>Their bytes.</summary>
    public long FetchedBytes { get; init; }

    /// <summary>Who sent how much, the one who sent most first; at most 16.</summary>
    public IReadOnlyList<FetchSource> Sources { get; init; } = [];
}
