using IpfsKit.Bitswap;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Exchange;

/// <summary>Everybody is served; the silos of the cluster before all others.</summary>
/// <remarks>Which blocks a pin reaches is known to a walk only, so that <see cref="ServiceClass.Pinned"/> is given to nobody.</remarks>
internal sealed class NodeServePolicy(Siblings siblings) : IServePolicy
{
    /// <inheritdoc/>
    public bool IsAllowed(PeerId peer, in Cid cid) => true;

    /// <inheritdoc/>
    public ServiceClass Classify(PeerId peer, in Cid cid) => siblings.Contains(peer) ? ServiceClass.Cluster : ServiceClass.Everyone;
}
