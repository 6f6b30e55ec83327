using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Security;

/// <summary>What a handshake found out.</summary>
/// <param name="Protocol">The security protocol: <c>/noise</c>, <c>/tls/1.0.0</c>.</param>
/// <param name="RemoteKey">The key that the peer has proved to hold.</param>
/// <param name="Connection">The connection under it; for its addresses and direction, not for reading or writing.</param>
/// <param name="Muxer">The muxer that the handshake agreed on, or null: then multistream-select decides.</param>
internal sealed record SecureSession(string Protocol, PublicKey RemoteKey, IRawConnection Connection, string? Muxer)
{
    /// <summary>The peer.</summary>
    public PeerId RemotePeer => RemoteKey.PeerId;
}
