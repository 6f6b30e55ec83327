using IpfsKit.Bitswap.Server;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Bitswap.Tests.Server;

public sealed class PeerOrderTests
{
    private const long StarvedBefore = 1000;

    [Fact]
    public void NeverServed_GoesBeforeServed() => AssertBefore(Peer(served: null, pending: 16, sending: 1), Peer(served: 2000, pending: 1));

    [Fact]
    public void Starved_GoesBeforeServedLately() => AssertBefore(Peer(served: 999, sending: 1), Peer(served: 1000));

    [Fact]
    public void LessActive_GoesFirst() => AssertBefore(Peer(sending: 0, pending: 16), Peer(sending: 1, pending: 1));

    [Fact]
    public void LessPending_GoesFirst() => AssertBefore(Peer(pending: 15, served: 3000), Peer(pending: 1024, served: 2000));

    [Fact]
    public void Pending_CountsUpTo16() => AssertBefore(Peer(pending: 1024, served: 2000), Peer(pending: 16, served: 3000));

    [Fact]
    public void ServedLongerAgo_GoesFirst() => AssertBefore(Peer(served: 2000), Peer(served: 3000));

    [Fact]
    public void Equals_AreToldApart()
    {
        var (left, right) = (Peer(seed: 1), Peer(seed: 2));
        Assert.NotEqual(PeerOrder.IsBefore(left, right, StarvedBefore), PeerOrder.IsBefore(right, left, StarvedBefore));
    }

    private static void AssertBefore(ServedPeer first, ServedPeer second)
    {
        Assert.True(PeerOrder.IsBefore(first, second, StarvedBefore));
        Assert.False(PeerOrder.IsBefore(second, first, StarvedBefore));
    }

    private static ServedPeer Peer(long? served = 2000, int pending = 4, int sending = 0, int seed = 1)
    {
        var peer = new ServedPeer(FakePeers.Id(seed), true, null) { ServedAt = served, Pending = pending };
        for (var i = 0; i < sending; i++)
            peer.Sending.Add(new Envelope(peer, 0, new FakeTimeProvider().GetTimestamp()));
        return peer;
    }
}
