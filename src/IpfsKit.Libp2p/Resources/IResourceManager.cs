using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Resources;

/// <summary>Shows what the parts of a host have of memory, connections, streams and descriptors. Its limits are <see cref="ResourceOptions"/>; what it refuses is counted by <c>libp2p.resource.refused</c>. Thread-safe.</summary>
public interface IResourceManager
{
    /// <summary>What the whole host has.</summary>
    ResourceUsage System { get; }

    /// <summary>What belongs to connections and streams that are still being agreed on.</summary>
    ResourceUsage Transient { get; }

    /// <summary>What a peer has.</summary>
    ResourceUsage GetPeer(PeerId peer);

    /// <summary>What the streams of a protocol have.</summary>
    ResourceUsage GetProtocol(string protocol);

    /// <summary>What the streams of a service have: of all protocols whose handlers name it.</summary>
    ResourceUsage GetService(string service);
}
