using IpfsKit.Bitswap.Messages;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Network;

/// <summary>The peers that speak bitswap, and the ways to them. Thread-safe.</summary>
internal interface IBitswapNetwork
{
    /// <summary>A peer can be talked to. Raised once, until it has left; one event at a time.</summary>
    event Action<BitswapPeer>? PeerJoined;

    /// <summary>The last connection with a peer has ended.</summary>
    event Action<BitswapPeer>? PeerLeft;

    /// <summary>The peers that can be talked to.</summary>
    IReadOnlyList<BitswapPeer> Peers { get; }

    /// <summary>Sends a message on the stream of its lane, after those before it; completes when it is in the connection's send buffer. The message stays the caller's.</summary>
    /// <exception cref="Libp2p.Libp2pException">It could not be sent, also not on a new stream; the peer may have got a part of it.</exception>
    /// <exception cref="TimeoutException">The peer did not take it in time.</exception>
    ValueTask SendAsync(PeerId peer, OutboundMessage message, MessageLane lane, CancellationToken cancellationToken);

    /// <summary>Connects to a peer; completes when it has joined, or is known not to speak bitswap.</summary>
    /// <returns>Null if it does not speak bitswap.</returns>
    /// <exception cref="Libp2p.Libp2pException">It cannot be reached.</exception>
    Task<BitswapPeer?> ConnectAsync(PeerInfo peer, CancellationToken cancellationToken);

    /// <summary>The time of a round trip, as the connection measures it; zero if that is not known.</summary>
    TimeSpan GetRoundTripTime(PeerId peer);
}
