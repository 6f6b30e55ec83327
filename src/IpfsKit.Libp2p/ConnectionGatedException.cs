using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p;

/// <summary>The connection gater of this node does not want the connection.</summary>
public sealed class ConnectionGatedException(string what) : Libp2pException($"Connections with {what} are not wanted by this node's connection gater.")
{
    /// <summary>The peer or the address.</summary>
    public string What { get; } = what;

    internal static ConnectionGatedException Of(PeerId peer) => new(peer.ToString());

    internal static ConnectionGatedException Of(Multiaddr address) => new(address.ToString());
}
