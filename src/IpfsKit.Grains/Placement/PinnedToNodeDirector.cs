using IpfsKit.Grains.Nodes;
using IpfsKit.Multiformats;
using Orleans.Runtime.Placement;

namespace IpfsKit.Grains.Placement;

/// <summary>Resolves the peer id in a grain's key to the silo that has it now.</summary>
internal sealed class PinnedToNodeDirector(ClusterNodes nodes) : IPlacementDirector
{
    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var key = target.GrainIdentity.Key.ToString();
        if (!PeerId.TryParse(key, out var peer))
            throw new SiloUnavailableException($"'{key}' is not the peer id of a node.");
        if (!nodes.TryGetSilo(peer, out var silo) || !context.GetCompatibleSilos(target).Contains(silo))
            throw new SiloUnavailableException($"Node {peer} is not an active member of the cluster.");
        return Task.FromResult(silo);
    }
}
