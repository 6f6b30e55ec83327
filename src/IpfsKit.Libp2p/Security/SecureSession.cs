using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Security;

/// <summary>What a handshake found out.</summary>
/// <param name="Protocol">The security protocol: <c>/noise</c>, <c>/tls/1.0.0</c>.</param>
/// <param name="RemoteKey">The key that the peer has proved to hold.</param>
/// <param name="LocalAddress">This end, as the transport sees it.</param>
/// <param name="RemoteAddress">The other end, as the transport sees it.</param>
/// <param name="Direction">Who opened the connection.</param>
/// <param name="Muxer">The muxer that the handshake agreed on, or null: then multistream-select decides.</param>
internal sealed record SecureSession(string Protocol, PublicKey RemoteKey, Multiaddr LocalAddress, Multiaddr RemoteAddress, ConnectionDirection Direction, string? Muxer)
{
    /// <summary>What a handshake over a raw connection found out.</summary>
    public SecureSession(string protocol, PublicKey remoteKey, IRawConnection connection, string? muxer)
        : this(protocol, remoteKey, connection.LocalAddress, connection.RemoteAddress, connection.Direction, muxer)
    {
    }

    /// <summary>The peer.</summary>
    public PeerId RemotePeer => RemoteKey.PeerId;
}
