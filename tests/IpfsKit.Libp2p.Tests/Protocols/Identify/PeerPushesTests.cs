using IpfsKit.Libp2p.Protocols.Identify;
using Microsoft.Extensions.Time.Testing;
using static IpfsKit.Libp2p.Tests.Peers.TestPeers;

namespace IpfsKit.Libp2p.Tests.Protocols.Identify;

public sealed class PeerPushesTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Pushes_OfOnePeer_AreBoundedInEachInterval()
    {
        var pushes = new PeerPushes(_time);
        for (var interval = 0; interval < 3; interval++)
        {
            for (var i = 0; i < IdentifyProtocol.MaxPushes; i++)
                Assert.True(pushes.TryBegin(Alice, out _));
            Assert.False(pushes.TryBegin(Alice, out var isFirst));
            Assert.True(isFirst);
            Assert.False(pushes.TryBegin(Alice, out isFirst));
            Assert.False(isFirst);
            Assert.True(interval > 0 || pushes.TryBegin(Bob, out _));
            _time.Advance(IdentifyProtocol.PushInterval);
        }
    }

    [Fact]
    public void Answer_AfterAPushThatCameLater_IsNotTaken()
    {
        var pushes = new PeerPushes(_time);
        var before = pushes.Applied(Alice);
        Assert.True(pushes.TryApplyAnswer(Alice, before, () => { }));
        pushes.Apply(Alice, () => { });
        Assert.False(pushes.TryApplyAnswer(Alice, before, () => Assert.Fail("It is older.")));
        Assert.True(pushes.TryApplyAnswer(Alice, pushes.Applied(Alice), () => { }));
    }

    [Fact]
    public void Push_ThatIsRefused_DoesNotCount()
    {
        var pushes = new PeerPushes(_time);
        Assert.Throws<ProtocolViolationException>(() => pushes.Apply(Alice, () => throw new ProtocolViolationException("on purpose")));
        Assert.Equal(0, pushes.Applied(Alice));
        Assert.Equal(1, pushes.Count);
        pushes.Forget(Alice);
        Assert.Equal(0, pushes.Count);
    }
}
