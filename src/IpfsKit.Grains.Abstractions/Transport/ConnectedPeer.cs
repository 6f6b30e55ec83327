using IpfsKit.Multiformats;

namespace IpfsKit.Grains;

/// <summary>A libp2p peer that is connected to a node.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.ConnectedPeer")]
public sealed record ConnectedPeer
{
    /// <summary>Who it is.</summary>
    [Id(0)] public required PeerId Peer { get; init; }

    /// <summary>The node that it is connected to.</summary>
    [Id(1)] public required PeerId Node { get; init; }

    /// <summary>The other ends of its connections.</summary>
    [Id(2)] public IReadOnlyList<Multiaddr> Addresses { get; init; } = [];

    /// <summary>The time of a round trip, or null if none was measured.</summary>
    [Id(3)] public TimeSpan? Latency { get; init; }

    /// <summary>Who opened the first of its connections.</summary>
    [Id(4)] public PeerDirection Direction { get; init; }

    /// <summary>The software that it says it runs, or null.</summary>
    [Id(5)] public string? Agent { get; init; }

    /// <summary>The protocols that it says it speaks.</summary>
    [Id(6)] public IReadOnlyList<string> Protocols { get; init; } = [];

    /// <summary>Whether it is a node of the same cluster.</summary>
    [Id(7)] public bool IsNode { get; init; }
}

/// <summary>Who opened a connection.</summary>
[GenerateSerializer, Alias("ipfskit.PeerDirection")]
public enum PeerDirection
{
    /// <summary>The peer.</summary>
    Inbound,

    /// <summary>The node.</summary>
    Outbound,
}
