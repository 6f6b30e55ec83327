namespace IpfsKit.Bitswap.Server;

/// <summary>The peers with something to be sent of one <see cref="ServiceClass"/>, or with answers without blocks, and how much of what is sent is theirs. Under the engine's lock.</summary>
/// <remarks>Lanes share by weight (start-time fair queueing): each has a clock that goes forward by bytes over weight, and the one that is furthest behind is next. A lane that could not send is set to the time of the others, so that it saves nothing up.</remarks>
internal sealed class SendLane(double weight)
{
    /// <summary>How many lanes there are: the classes, and <see cref="Answers"/>.</summary>
    public const int Count = 4;

    /// <summary>The lane of HAVE and DONT_HAVE.</summary>
    public const int Answers = 3;

    /// <summary>Its share, in relation to the others.</summary>
    public double Weight { get; } = weight;

    /// <summary>What it has sent, by weight.</summary>
    public double Clock { get; set; }

    /// <summary>Who has something, in no order.</summary>
    public List<ServedPeer> Peers { get; } = [];

    /// <summary>Adds a peer.</summary>
    public void Add(ServedPeer peer, int lane)
    {
        peer.LaneSlots[lane] = Peers.Count;
        Peers.Add(peer);
    }

    /// <summary>Takes a peer out.</summary>
    public void Remove(ServedPeer peer, int lane)
    {
        var slot = peer.LaneSlots[lane];
        peer.LaneSlots[lane] = -1;
        var last = Peers[^1];
        Peers.RemoveAt(Peers.Count - 1);
        if (ReferenceEquals(last, peer))
            return;
        Peers[slot] = last;
        last.LaneSlots[lane] = slot;
    }
}
