using IpfsKit.Bitswap;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Exchange;

/// <summary>Everybody is served; the silos of the cluster before all others, and who asks for pinned content before those who ask for anything else.</summary>
internal sealed class NodeServePolicy(Siblings siblings, PinnedContent pinned) : IServePolicy
{
    /// <inheritdoc/>
    public bool IsAllowed(PeerId peer, in Cid cid) => true;

    /// <inheritdoc/>
    public ServiceClass Classify(PeerId peer, in Cid cid)
    {
        if (siblings.Contains(peer))
            return ServiceClass.Cluster;
        return pinned.Contains(cid.Hash) ? ServiceClass.Pinned : ServiceClass.Everyone;
    }
}
