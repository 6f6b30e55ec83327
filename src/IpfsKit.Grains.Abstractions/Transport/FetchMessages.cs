using IpfsKit.Multiformats;

namespace IpfsKit.Grains;

/// <summary>A DAG that a node is to fetch from others and keep as a root.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.FetchRequest")]
public sealed record FetchRequest
{
    /// <summary>The most peers that can be named.</summary>
    public const int MaxPeers = 64;

    /// <summary>The DAG's root.</summary>
    [Id(0)] public required Cid Root { get; init; }

    /// <summary>Peers that may have it, each address ending in <c>/p2p/…</c>; they are connected to and asked first. At most <see cref="MaxPeers"/>.</summary>
    [Id(1)] public IReadOnlyList<Multiaddr> Peers { get; init; } = [];

    /// <summary>How long nothing may come before it fails; from 100 ms to an hour.</summary>
    [Id(2)] public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most bytes that it fetches, or null for no limit.</summary>
    [Id(3)] public long? MaxBytes { get; init; }

    /// <summary>A pin to set with the root, or null.</summary>
    [Id(4)] public PinRequest? Pin { get; init; }

    /// <summary>Whether all that the root reaches is fetched, or its block alone (for a direct pin).</summary>
    [Id(5)] public bool WholeDag { get; init; } = true;
}

/// <summary>How far a fetch has come. The last one says what became of it.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.FetchUpdate")]
public sealed record FetchUpdate
{
    /// <summary>Blocks that have come from others.</summary>
    [Id(0)] public long Blocks { get; init; }

    /// <summary>Their bytes.</summary>
    [Id(1)] public long Bytes { get; init; }

    /// <summary>From whom, the one who sent most first; at most 16.</summary>
    [Id(2)] public IReadOnlyList<FetchSource> Sources { get; init; } = [];

    /// <summary>The root, once all of it is here and registered; null before.</summary>
    [Id(3)] public FetchedRoot? Root { get; init; }
}

/// <summary>What a peer has sent.</summary>
/// <param name="Peer">Who.</param>
/// <param name="Bytes">Bytes of blocks, those that came twice included.</param>
[GenerateSerializer, Immutable, Alias("ipfskit.FetchSource")]
public sealed record FetchSource([property: Id(0)] PeerId Peer, [property: Id(1)] long Bytes);

/// <summary>A root that was fetched.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.FetchedRoot")]
public sealed record FetchedRoot
{
    /// <summary>The node that holds it now.</summary>
    [Id(0)] public required PeerId Node { get; init; }

    /// <inheritdoc cref="RegisterContent.SizeBytes"/>
    [Id(1)] public long SizeBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.DagBytes"/>
    [Id(2)] public long DagBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.Blocks"/>
    [Id(3)] public long Blocks { get; init; }
}
