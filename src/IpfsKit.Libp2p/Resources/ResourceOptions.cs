using IpfsKit.Libp2p.Hosting;

namespace IpfsKit.Libp2p.Resources;

/// <summary>What the network may take of this machine. What is not set is derived from the memory and the descriptors that the process may have.</summary>
public sealed class ResourceOptions
{
    /// <summary>The memory that all connections and streams may take together.</summary>
    /// <value>Bytes, at least 64 MiB. Default: an eighth of the memory that the process may have, and at least 128 MiB.</value>
    public long? MemoryBytes { get; set; }

    /// <summary>The sockets that connections may take together.</summary>
    /// <value>At least 64. Default: half of the descriptors that the process may open.</value>
    public int? FileDescriptors { get; set; }

    /// <summary>The connections that others may have opened; never less than twice the high-water mark of <see cref="Libp2pOptions.Connections"/>.</summary>
    /// <value>At least 1. Default: 64, and 64 more for each GiB of <see cref="MemoryBytes"/>.</value>
    public int? ConnectionsInbound { get; set; }

    /// <summary>The connections of one peer.</summary>
    /// <value>1 to 1,024. Default: 8.</value>
    public int ConnectionsPerPeer { get; set; } = 8;

    /// <summary>The memory that one peer may take.</summary>
    /// <value>Bytes, at least 4 MiB. Default: 64 MiB, and 128 MiB more for each GiB of <see cref="MemoryBytes"/>.</value>
    public long? MemoryBytesPerPeer { get; set; }

    /// <summary>The streams of one peer.</summary>
    /// <value>At least 16. Default: 512, and 256 more for each GiB of <see cref="MemoryBytes"/>.</value>
    public int? StreamsPerPeer { get; set; }

    /// <summary>The connections of one IPv4 address.</summary>
    /// <value>1 to 65,536. Default: 8.</value>
    public int ConnectionsPerIPv4 { get; set; } = 8;

    /// <summary>The connections of one IPv6 /56, which is what one site usually has.</summary>
    /// <value>1 to 65,536. Default: 8.</value>
    public int ConnectionsPerIPv6Prefix56 { get; set; } = 8;

    /// <summary>The connections of one IPv6 /48.</summary>
    /// <value>1 to 65,536. Default: 64.</value>
    public int ConnectionsPerIPv6Prefix48 { get; set; } = 64;

    /// <summary>Networks whose addresses have no limit of connections, such as those of the cluster's silos. Loopback never has one.</summary>
    /// <value>CIDRs such as <c>10.0.0.0/8</c>. Default: none.</value>
    public IList<string> TrustedNetworks { get; set; } = [];
}
