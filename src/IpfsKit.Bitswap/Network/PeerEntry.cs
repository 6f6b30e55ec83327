namespace IpfsKit.Bitswap.Network;

/// <summary>A peer that has joined, and the two ways to it.</summary>
internal sealed record PeerEntry(BitswapPeer Peer, OutboundLane Wants, OutboundLane Responses)
{
    /// <summary>The way of a kind of messages.</summary>
    public OutboundLane this[MessageLane lane] => lane == MessageLane.Wants ? Wants : Responses;
}
