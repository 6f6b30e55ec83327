using IpfsKit.Grains;

namespace IpfsKit.Client;

/// <summary>The counters of the cluster: those of its nodes, and their sums. Content that several nodes hold counts on each.</summary>
public sealed record ClusterStats
{
    /// <summary>The nodes that answered.</summary>
    public required IReadOnlyList<NodeStats> Nodes { get; init; }

    /// <summary>The nodes that are listed as active but did not answer.</summary>
    public IReadOnlyList<NodeInfo> Silent { get; init; } = [];

    /// <summary>Roots held, summed over the nodes.</summary>
    public long Roots => Nodes.Sum(node => node.Roots);

    /// <summary>Pins held.</summary>
    public long Pins => Nodes.Sum(node => node.Pins);

    /// <summary>Blocks held.</summary>
    public long Blocks => Nodes.Sum(node => node.Blocks);

    /// <summary>The bytes of those blocks as stores keep them.</summary>
    public long BlockBytes => Nodes.Sum(node => node.BlockBytes);

    /// <summary>Bytes of disk taken.</summary>
    public long DiskBytes => Nodes.Sum(node => node.DiskBytes);

    /// <summary>Bytes of disk that may still be taken.</summary>
    public long FreeBytes => Nodes.Sum(node => node.FreeBytes);

    /// <summary>Reads answered since the nodes started.</summary>
    public long Reads => Nodes.Sum(node => node.Reads);

    /// <summary>Bytes sent since the nodes started.</summary>
    public long BytesSent => Nodes.Sum(node => node.BytesSent);

    /// <summary>Uploads completed since the nodes started.</summary>
    public long Uploads => Nodes.Sum(node => node.Uploads);

    /// <summary>Bytes received since the nodes started.</summary>
    public long BytesReceived => Nodes.Sum(node => node.BytesReceived);

    /// <summary>How roots are replicated, each counted once. Nodes look at theirs now and then: it is of <see cref="ReplicationStats.SweptAt"/>.</summary>
    public ReplicationStats Replication => Nodes.Aggregate(new ReplicationStats(), (sum, node) => sum + node.Replication);

    /// <summary>What the nodes had to get from each other and from peers since they started.</summary>
    public RetrievalStats Retrieval => Nodes.Aggregate(new RetrievalStats(), (sum, node) => sum + node.Retrieval);
}
