using System.Collections.Frozen;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Exchange;

/// <summary>The other nodes of the cluster, for questions that must be answered at once. Kept by <see cref="SiblingConnector"/>.</summary>
internal sealed class Siblings
{
    private volatile FrozenSet<PeerId> _peers = [];

    /// <summary>Who they are.</summary>
    public FrozenSet<PeerId> Peers
    {
        get => _peers;
        set => _peers = value;
    }

    /// <summary>Whether a peer is one of them.</summary>
    public bool Contains(PeerId peer) => _peers.Contains(peer);
}
