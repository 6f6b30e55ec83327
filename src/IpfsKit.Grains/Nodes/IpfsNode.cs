using IpfsKit.Grains.DataPlane;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Nodes;

/// <summary>The one per silo: its identity, its blocks, its data plane. Opened before the silo takes calls and closed after its grains are gone.</summary>
internal sealed class IpfsNode
{
    /// <summary>The silo's identity, the same after every restart.</summary>
    public required PeerId PeerId { get; init; }

    /// <summary>What it does in its cluster.</summary>
    public required NodeRole Role { get; init; }

    /// <summary>The socket of its data plane.</summary>
    public required DataPlaneListener Listener { get; init; }

    /// <summary>Its blocks. To add blocks use <see cref="Content.ContentRegistrar.Begin"/>, which keeps them from the collector.</summary>
    public required IBlockStore Blocks { get; init; }

    /// <summary>What its data plane has done.</summary>
    public NodeCounters Counters { get; } = new();
}
