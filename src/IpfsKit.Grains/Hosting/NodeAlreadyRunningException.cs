using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Hosting;

/// <summary>A silo was started with the identity of one that is running in the same cluster: its data directory is a copy. It has not become active.</summary>
public sealed class NodeAlreadyRunningException(PeerId node, string silo, string directory) : IpfsKitException(
    $"Node {node} is running already, as silo {silo}: '{directory}' holds a copy of its identity, and two silos of one identity would be taken for each other. Stop the other one first, or give this one a data directory of its own.")
{
    /// <summary>Who both say they are.</summary>
    public PeerId Node { get; } = node;

    /// <summary>The address of the silo that is running.</summary>
    public string Silo { get; } = silo;
}
