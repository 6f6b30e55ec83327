using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>A transport whose connections are all of one private network.</summary>
internal sealed class PrivateNetworkTransport(IRawTransport inner) : IRawTransport
{
    public bool CanDial(Multiaddr address) => inner.CanDial(address);

    public bool CanListen(Multiaddr address) => inner.CanListen(address);

    public async ValueTask<IRawConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken) =>
        await PrivateNetworkSecurity.Key.ProtectAsync(await inner.DialAsync(address, cancellationToken), cancellationToken);

    public async ValueTask<IRawTransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken) => new Listener(await inner.ListenAsync(address, cancellationToken));

    private sealed class Listener(IRawTransportListener inner) : IRawTransportListener
    {
        public Multiaddr Address => inner.Address;

        public async ValueTask<IRawConnection?> AcceptAsync(CancellationToken cancellationToken) =>
            await inner.AcceptAsync(cancellationToken) is { } connection ? await PrivateNetworkSecurity.Key.ProtectAsync(connection, cancellationToken) : null;

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
