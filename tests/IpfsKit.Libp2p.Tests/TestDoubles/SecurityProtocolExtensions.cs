using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

internal static class SecurityProtocolExtensions
{
    /// <summary>A handshake for tests that do not look at the memory.</summary>
    public static ValueTask<ISecureChannel> SecureAsync(
        this ISecurityProtocol protocol, IRawConnection connection, PeerId? expectedPeer, IReadOnlyList<string> muxers, CancellationToken cancellationToken) =>
        protocol.SecureAsync(connection, expectedPeer, muxers, new TestBudget(), cancellationToken);
}
