using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>The estimates of peers that are here or were: so that one that comes back need not be learned anew. Not thread-safe.</summary>
internal sealed class PeerEstimateTable
{
    /// <summary>How many peers that have left are remembered; the one that left first is forgotten first.</summary>
    public const int MaxForgettable = 1024;

    private readonly Dictionary<PeerId, LinkedListNode<(PeerId Peer, PeerEstimates Estimates)>> _left = [];
    private readonly LinkedList<(PeerId Peer, PeerEstimates Estimates)> _order = new();

    /// <summary>Those of a peer that has come.</summary>
    public PeerEstimates Take(PeerId peer)
    {
        if (!_left.Remove(peer, out var node))
            return new PeerEstimates();
        _order.Remove(node);
        return node.Value.Estimates;
    }

    /// <summary>Keeps those of a peer that has left, if it ever answered.</summary>
    public void Keep(PeerId peer, PeerEstimates estimates)
    {
        if (!estimates.KnowsLatency || _left.ContainsKey(peer))
            return;
        _left.Add(peer, _order.AddLast((peer, estimates)));
        if (_left.Count <= MaxForgettable)
            return;
        _left.Remove(_order.First!.Value.Peer);
        _order.RemoveFirst();
    }
}
