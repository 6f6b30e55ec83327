using IpfsKit.Grains.Nodes;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace IpfsKit.Grains.Placement;

/// <summary>Keeps the silos of the wanted roles. A silo that has not said yet what it is stays out while another will do.</summary>
internal sealed class RequireSiloRoleDirector(ClusterNodes nodes) : IPlacementFilterDirector
{
    /// <inheritdoc/>
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        var wanted = ((RequireSiloRoleStrategy)filterStrategy).Roles;
        var candidates = silos as IReadOnlyCollection<SiloAddress> ?? [.. silos];
        var fitting = candidates.Where(silo => nodes.TryGetNode(silo, out var node) && wanted.Contains(node.Role)).ToList();
        return fitting.Count > 0 ? fitting : candidates;
    }
}
