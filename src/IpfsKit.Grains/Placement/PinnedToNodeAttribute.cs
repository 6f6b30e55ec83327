using Orleans.Placement;

namespace IpfsKit.Grains.Placement;

/// <summary>Places a grain on the silo whose peer id is its key, and nowhere else.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PinnedToNodeAttribute() : PlacementAttribute(new PinnedToNodeStrategy());
