using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Nodes;

/// <summary>What this silo says of itself; fixed while it runs.</summary>
/// <param name="PeerId">Its identity.</param>
/// <param name="Role">Its role.</param>
/// <param name="Zone">Its zone, or null.</param>
/// <param name="DataAddress">The base address of its data plane, or null.</param>
/// <param name="Libp2pAddresses">Where its libp2p host listens.</param>
internal sealed record NodeProfile(PeerId PeerId, NodeRole Role, string? Zone, Uri? DataAddress, IReadOnlyList<Multiaddr> Libp2pAddresses)
{
    /// <summary>The form in which others see it.</summary>
    public NodeInfo ToInfo() => new() { Node = PeerId, Role = Role, Zone = Zone, DataAddress = DataAddress, Libp2pAddresses = Libp2pAddresses };
}
