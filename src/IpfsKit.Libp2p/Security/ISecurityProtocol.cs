using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Security;

/// <summary>Makes a raw connection one to a known peer.</summary>
internal interface ISecurityProtocol
{
    /// <summary>The id in multistream-select: <c>/noise</c>, <c>/tls/1.0.0</c>.</summary>
    string Id { get; }

    /// <summary>Runs the handshake, in the role that the connection's direction gives.</summary>
    /// <param name="connection">Owned by the channel from now on; aborted if the handshake fails.</param>
    /// <param name="expectedPeer">Who must be at the other end; null if anybody may be, as on inbound connections.</param>
    /// <param name="muxers">The muxers that this side speaks, best first, for those handshakes that agree on one.</param>
    /// <param name="memory">Where the channel reserves what it reads into, while it holds it. The handshake's own messages are the caller's to reserve: <see cref="Connections.ConnectionUpgrader.HandshakeBytes"/>.</param>
    /// <param name="cancellationToken">Ends it, and the connection.</param>
    /// <exception cref="SecurityHandshakeException">The other side does not follow the protocol, or does not prove to be anybody.</exception>
    /// <exception cref="PeerIdMismatchException">It is somebody else.</exception>
    ValueTask<ISecureChannel> SecureAsync(IRawConnection connection, PeerId? expectedPeer, IReadOnlyList<string> muxers, IMemoryBudget memory, CancellationToken cancellationToken);
}
