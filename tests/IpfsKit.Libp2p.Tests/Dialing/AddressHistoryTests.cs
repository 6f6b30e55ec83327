using IpfsKit.Libp2p.Dialing;
using Microsoft.Extensions.Time.Testing;
using static IpfsKit.Libp2p.Tests.Peers.TestPeers;

namespace IpfsKit.Libp2p.Tests.Dialing;

public sealed class AddressHistoryTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Address_ThatFails_IsLeftAloneTwiceAsLongEachTime()
    {
        var history = new AddressHistory(new DialOptions(), _time);
        foreach (var seconds in new[] { 5, 10, 20, 40, 80, 160, 300, 300 })
        {
            Assert.True(history.IsReady(Alice, Address(1)));
            history.AddFailure(Alice, Address(1));
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.False(history.IsReady(Alice, Address(1)));
            _time.Advance(TimeSpan.FromTicks(1));
        }

        for (var i = 0; i < 100; i++)
            history.AddFailure(Alice, Address(1));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.True(history.IsReady(Alice, Address(1)));
        Assert.True(history.IsReady(Bob, Address(1)));
    }

    [Fact]
    public void Address_ThatAnswers_IsReadyAndBetter()
    {
        var history = new AddressHistory(new DialOptions(), _time);
        history.AddFailure(Alice, Address(1));
        Assert.True(history.GetScore(Alice, Address(1)) < 0);

        history.AddSuccess(Alice, Address(1));

        Assert.True(history.IsReady(Alice, Address(1)));
        Assert.True(history.GetScore(Alice, Address(1)) > history.GetScore(Alice, Address(2)));
    }

    [Fact]
    public void Addresses_BeyondTheBound_TheOldestIsForgotten()
    {
        var history = new AddressHistory(new DialOptions(), _time);
        for (var i = 0; i < AddressHistory.MaxEntries + 10; i++)
            history.AddFailure(Alice, Address(i));

        Assert.Equal(AddressHistory.MaxEntries, history.Count);
        Assert.True(history.IsReady(Alice, Address(9)));
        Assert.False(history.IsReady(Alice, Address(10)));
    }
}
