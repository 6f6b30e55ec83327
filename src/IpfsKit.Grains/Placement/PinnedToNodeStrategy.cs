namespace IpfsKit.Grains.Placement;

/// <summary>See <see cref="PinnedToNodeAttribute"/>.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.PinnedToNodeStrategy")]
internal sealed class PinnedToNodeStrategy : PlacementStrategy;
