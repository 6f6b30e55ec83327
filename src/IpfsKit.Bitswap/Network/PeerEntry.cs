namespace IpfsKit.Bitswap.Network;

/// <summary>A peer that has joined, and the two ways to it.</summary>
internal sealed record PeerEntry(BitswapPeer Peer, OutboundLane Wants, OutboundLane Responses)
{
    private volatile bool _isAnnounced;

    /// <summary>Whether everybody knows that it has joined.</summary>
    public bool IsAnnounced
    {
        get => _isAnnounced;
        set => _isAnnounced = value;
    }

    /// <summary>Whether the peer has opened a stream: it speaks bitswap then, whatever it says.</summary>
    public bool HasSpoken { get; set; }

    /// <summary>The way of a kind of messages.</summary>
    public OutboundLane this[MessageLane lane] => lane == MessageLane.Wants ? Wants : Responses;
}
