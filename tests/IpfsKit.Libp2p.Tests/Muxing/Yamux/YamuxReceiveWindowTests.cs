using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Tests.TestDoubles;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.Muxing.Yamux;

public sealed class YamuxReceiveWindowTests
{
    private const int Initial = YamuxOptions.InitialWindowBytes;
    private const int Most = 16 * 1024 * 1024;

    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(63);

    private readonly FakeTimeProvider _time = new();
    private readonly TestBudget _memory = new(100L * 1024 * 1024);

    [Fact]
    public void Consume_HalfOfTheWindow_GrantsIt()
    {
        var window = new YamuxReceiveWindow(Most, _memory, _time);
        Assert.True(window.TryReceive(Initial));
        Assert.False(window.TryReceive(1));
        Assert.Equal(0u, window.Consume((Initial / 2) - 1, TimeSpan.Zero));
        Assert.Equal((uint)Initial / 2, window.Consume(1, TimeSpan.Zero));
        Assert.True(window.TryReceive(Initial / 2));
        Assert.False(window.TryReceive(1));
    }

    [Fact]
    public void Consume_ConnectionCarriesMore_GrowsToTheMost()
    {
        var window = new YamuxReceiveWindow(Most, _memory, _time);
        var sizes = new List<long>();
        for (var i = 0; i < 10; i++)
        {
            // All that is allowed arrives at once, every round trip.
            var granted = Fill(ref window);
            _time.Advance(RoundTrip);
            granted -= Drain(ref window, granted);
            Assert.True(granted <= 0);
            sizes.Add(window.Limit);
        }

        Assert.Equal(Most, sizes[^1]);
        Assert.Equal([512 * 1024, 1024 * 1024], sizes[..2]);
        Assert.Equal(Most - Initial, _memory.Reserved);
    }

    [Fact]
    public void Consume_SlowConnection_StaysSmall()
    {
        var window = new YamuxReceiveWindow(Most, _memory, _time);
        for (var i = 0; i < 1000; i++)
        {
            // Half a MiB/s at 63 ms: 32 KiB are on their way.
            Assert.True(window.TryReceive(64 * 1024));
            _time.Advance(TimeSpan.FromMilliseconds(125));
            window.Consume(64 * 1024, RoundTrip);
        }

        Assert.Equal(Initial, window.Limit);
    }

    [Fact]
    public void Consume_ReaderThatCatchesUp_IsNoReasonToGrow()
    {
        var window = new YamuxReceiveWindow(Most, _memory, _time);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(window.TryReceive(Initial));
            // The reader sleeps, and then takes everything at once.
            _time.Advance(TimeSpan.FromSeconds(1));
            for (var j = 0; j < 4; j++)
                window.Consume(Initial / 4, RoundTrip);
        }

        Assert.Equal(Initial, window.Limit);
    }

    [Fact]
    public void Consume_RoundTripUnknown_StaysSmall()
    {
        var window = new YamuxReceiveWindow(Most, _memory, _time);
        for (var i = 0; i < 100; i++)
            Drain(ref window, Fill(ref window), TimeSpan.Zero);
        Assert.Equal(Initial, window.Limit);
    }

    [Fact]
    public void Consume_NoMemory_GrowsAsFarAsThereIs()
    {
        var memory = new TestBudget(Initial * 5);
        var window = new YamuxReceiveWindow(Most, memory, _time);
        for (var i = 0; i < 20; i++)
        {
            var granted = Fill(ref window);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Drain(ref window, granted);
        }

        // 40 % of the budget.
        Assert.Equal(Initial * 3, window.Limit);
        Assert.Equal(Initial * 2, memory.Reserved);
    }

    private static int Fill(ref YamuxReceiveWindow window)
    {
        var sent = 0;
        for (var part = Most; part > 0; part /= 2)
        {
            while (window.TryReceive((uint)part))
                sent += part;
        }

        return sent;
    }

    private static int Drain(ref YamuxReceiveWindow window, int bytes, TimeSpan? roundTrip = null)
    {
        for (var left = bytes; left > 0; left -= 16 * 1024)
            window.Consume(Math.Min(left, 16 * 1024), roundTrip ?? RoundTrip);
        return bytes;
    }
}
