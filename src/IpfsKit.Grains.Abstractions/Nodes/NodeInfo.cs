using IpfsKit.Multiformats;

namespace IpfsKit.Grains;

/// <summary>An active node.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.NodeInfo")]
public sealed record NodeInfo
{
    /// <summary>Its identity.</summary>
    [Id(0)] public required PeerId Node { get; init; }

    /// <summary>Its role.</summary>
    [Id(1)] public required NodeRole Role { get; init; }

    /// <summary>The zone it is in, or null.</summary>
    [Id(2)] public string? Zone { get; init; }

    /// <summary>The base address of its data plane, or null.</summary>
    [Id(3)] public Uri? DataAddress { get; init; }

    /// <summary>Where its libp2p host listens, each address ending in <c>/p2p/…</c>; empty if it has none.</summary>
    [Id(4)] public IReadOnlyList<Multiaddr> Libp2pAddresses { get; init; } = [];

    /// <summary>Whether both say the same.</summary>
    public bool Equals(NodeInfo? other) => other is not null
        && (Node, Role, Zone, DataAddress).Equals((other.Node, other.Role, other.Zone, other.DataAddress))
        && Libp2pAddresses.SequenceEqual(other.Libp2pAddresses);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Node, Role, Zone, DataAddress);
}

/// <summary>What a silo does in its cluster.</summary>
[GenerateSerializer, Alias("ipfskit.NodeRole")]
public enum NodeRole
{
    /// <summary>Stores, serves and schedules; higher replication for its content.</summary>
    Master,

    /// <summary>Stores and serves.</summary>
    Worker,

    /// <summary>Reads, with minimal resources; hosts no content grains in a cluster with others.</summary>
    Leecher,
}

/// <summary>The counters of one silo since it started, and its sizes now.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.NodeStats")]
public sealed record NodeStats
{
    /// <summary>The silo.</summary>
    [Id(0)] public required PeerId Node { get; init; }

    /// <summary>When it started.</summary>
    [Id(1)] public DateTimeOffset StartedAt { get; init; }

    /// <summary>Committed roots that it holds.</summary>
    [Id(2)] public long Roots { get; init; }

    /// <summary>Pins that it holds.</summary>
    [Id(3)] public long Pins { get; init; }

    /// <summary>Blocks in its store.</summary>
    [Id(4)] public long Blocks { get; init; }

    /// <summary>The bytes of those blocks as the store keeps them: some 70 more than its payload for each.</summary>
    [Id(5)] public long BlockBytes { get; init; }

    /// <summary>Bytes of disk that the store takes.</summary>
    [Id(6)] public long DiskBytes { get; init; }

    /// <summary>Bytes that it may still take.</summary>
    [Id(7)] public long FreeBytes { get; init; }

    /// <summary>Reads answered by the data plane.</summary>
    [Id(8)] public long Reads { get; init; }

    /// <summary>Bytes sent by the data plane.</summary>
    [Id(9)] public long BytesSent { get; init; }

    /// <summary>Uploads completed.</summary>
    [Id(10)] public long Uploads { get; init; }

    /// <summary>Bytes received by the data plane.</summary>
    [Id(11)] public long BytesReceived { get; init; }

    /// <summary>What it had to get from others.</summary>
    [Id(12)] public RetrievalStats Retrieval { get; init; } = new();

    /// <summary>What it exchanged with peers.</summary>
    [Id(13)] public ExchangeStats Exchange { get; init; } = new();

    /// <summary>How its roots are replicated.</summary>
    [Id(14)] public ReplicationStats Replication { get; init; } = new();
}
