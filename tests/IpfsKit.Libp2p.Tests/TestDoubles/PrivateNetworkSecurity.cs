using IpfsKit.Libp2p.PrivateNetworks;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>A security protocol over connections of a private network, so that the suite of the one runs over the other. All of them are of the same network.</summary>
internal sealed class PrivateNetworkSecurity(ISecurityProtocol inner) : ISecurityProtocol, IDisposable
{
    public static PrivateNetworkKey Key { get; } = PrivateNetworkKey.Generate();

    public string Id => inner.Id;

    public async ValueTask<ISecureChannel> SecureAsync(IRawConnection connection, PeerId? expectedPeer, IReadOnlyList<string> muxers, IMemoryBudget memory, CancellationToken cancellationToken) =>
        await inner.SecureAsync(await Key.ProtectAsync(connection, cancellationToken), expectedPeer, muxers, memory, cancellationToken);

    public void Dispose() => (inner as IDisposable)?.Dispose();
}
