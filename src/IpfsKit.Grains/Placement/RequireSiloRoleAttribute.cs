using Orleans.Placement;

namespace IpfsKit.Grains.Placement;

/// <summary>Places a grain on silos of certain roles only, as long as there is one; a cluster that has none uses what it has.</summary>
/// <remarks>Keeps content off leechers, which come and go. Works on what silos say of themselves in their metadata (<see cref="Nodes.NodeMetadata"/>).</remarks>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RequireSiloRoleAttribute(params NodeRole[] roles) : PlacementFilterAttribute(new RequireSiloRoleStrategy(roles))
{
    /// <summary>The roles that are wanted.</summary>
    public IReadOnlyList<NodeRole> Roles { get; } = roles;
}
