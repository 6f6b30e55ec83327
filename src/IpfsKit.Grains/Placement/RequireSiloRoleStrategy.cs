using Orleans.Metadata;
using Orleans.Placement;

namespace IpfsKit.Grains.Placement;

/// <summary>The roles of a <see cref="RequireSiloRoleAttribute"/>, carried to every silo in the grain's manifest.</summary>
internal sealed class RequireSiloRoleStrategy(IReadOnlyList<NodeRole> roles) : PlacementFilterStrategy(order: 0)
{
    private const string RolesKey = "ipfskit.roles";

    /// <summary>For Orleans, which fills it by <see cref="AdditionalInitialize"/>.</summary>
    public RequireSiloRoleStrategy()
        : this([])
    {
    }

    /// <summary>The roles that are wanted.</summary>
    public IReadOnlyList<NodeRole> Roles { get; private set; } = roles;

    /// <inheritdoc/>
    public override void AdditionalInitialize(GrainProperties properties) =>
        Roles = [.. (GetPlacementFilterGrainProperty(RolesKey, properties) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<NodeRole>)];

    /// <inheritdoc/>
    protected override IEnumerable<KeyValuePair<string, string>> GetAdditionalGrainProperties(
        IServiceProvider services, Type grainClass, GrainType grainType, IReadOnlyDictionary<string, string> existingProperties) =>
        [new(RolesKey, string.Join(',', Roles))];
}
