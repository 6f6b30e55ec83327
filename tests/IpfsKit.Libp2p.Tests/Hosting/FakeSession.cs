using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Hosting;

/// <summary>A session that is only looked at.</summary>
internal sealed class FakeSession(PeerId peer, Multiaddr remoteAddress) : ISession
{
    public PeerId RemotePeer => peer;

    public PublicKey RemoteKey => PublicKey.TryExtract(peer, out var key) ? key : throw new InvalidOperationException();

    public Multiaddr RemoteAddress => remoteAddress;

    public Multiaddr LocalAddress => Multiaddr.Parse("/ip4/192.168.1.7/tcp/4001");

    public ConnectionDirection Direction => ConnectionDirection.Inbound;

    public DateTimeOffset Opened => default;

    public string Security => "/noise";

    public int StreamCount => 0;

    public TimeSpan RoundTripTime => default;

    public Task Closed => Task.CompletedTask;

    public Task<IProtocolStream> NewStreamAsync(IReadOnlyList<string> protocols, CancellationToken cancellationToken = default) => throw new ConnectionClosedException("It was never open.");

    public Task CloseAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public void Abort()
    {
    }
}
