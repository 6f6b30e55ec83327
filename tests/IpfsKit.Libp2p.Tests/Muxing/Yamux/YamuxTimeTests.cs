using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.Muxing.Yamux;

/// <summary>What yamux does when time passes.</summary>
public sealed class YamuxTimeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KeepAlive_OtherSideAnswers_GoesOn()
    {
        await using var peer = FramePeer.Create(timeProvider: _time);
        for (uint i = 1; i <= 5; i++)
        {
            // The next ping is sent 30 s after the last one, and 10 s are for its answer.
            _time.Advance(i == 1 ? TimeSpan.FromSeconds(30) : TimeSpan.FromSeconds(20));
            Assert.Equal(new YamuxHeader(YamuxFrameType.Ping, YamuxFlags.Syn, 0, i), await ReadHeaderAsync(peer));
            await peer.SendAsync(YamuxFrameType.Ping, YamuxFlags.Ack, 0, i);
            // Frames are taken in order: with this answer, that one was.
            await peer.SendAsync(YamuxFrameType.Ping, YamuxFlags.Syn, 0, 99);
            Assert.Equal(new YamuxHeader(YamuxFrameType.Ping, YamuxFlags.Ack, 0, 99), await ReadHeaderAsync(peer));
            Assert.NotEqual(TimeSpan.Zero, peer.Victim.RoundTripTime);
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.False(peer.Victim.Closed.IsCompleted);
    }

    [Fact]
    public async Task KeepAlive_OtherSideIsSilent_EndsTheConnection()
    {
        await using var peer = FramePeer.Create(timeProvider: _time);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(YamuxFrameType.Ping, (await ReadHeaderAsync(peer)).Type);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(peer.Victim.Closed.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("ping", (await peer.Victim.Closed.WaitAsync(Patience, Cancel))!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeepAlive_OtherSideSendsAndDoesNotAnswerYet_GoesOn()
    {
        await using var peer = FramePeer.Create(timeProvider: _time);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(YamuxFrameType.Ping, (await ReadHeaderAsync(peer)).Type);
        await peer.SendDataAsync(YamuxFlags.Syn, 1, 5);
        Assert.NotNull(await peer.Victim.AcceptStreamAsync(Cancel));
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.False(peer.Victim.Closed.IsCompleted);
    }

    [Fact]
    public async Task Write_OtherSideDoesNotRead_EndsTheConnection()
    {
        // Pings, of which the first measures the round trip, are not what ends it.
        await using var peer = FramePeer.Create(new YamuxOptions { KeepAliveInterval = TimeSpan.FromDays(30), PingTimeout = TimeSpan.FromDays(30) }, _time, capacity: 1000);
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1, 0);
        var stream = (await peer.Victim.AcceptStreamAsync(Cancel))!;
        var write = stream.WriteAsync(new byte[1024 * 1024], Cancel).AsTask();
        await Eventually.TrueAsync("the send that waits", () => Task.FromResult(peer.Connection.WaitsForRoom), Patience, Cancel);
        var start = _time.GetTimestamp();
        while (!write.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.True(_time.GetElapsedTime(start) >= TimeSpan.FromSeconds(10));
        Assert.Contains("Nothing could be sent", (await Assert.ThrowsAsync<ConnectionClosedException>(() => write)).Message, StringComparison.Ordinal);
        await peer.Victim.Closed.WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Close_OtherSideDoesNotClose_EndsAfterTheTimeout()
    {
        await using var peer = FramePeer.Create(timeProvider: _time);
        var close = peer.Victim.CloseAsync(Cancel).AsTask();
        Assert.Equal(new YamuxHeader(YamuxFrameType.GoAway, YamuxFlags.None, 0, 0), await ReadHeaderAsync(peer));
        Assert.Equal(0, await peer.Connection.ReadAsync(new byte[1], Cancel));
        while (!close.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await close;
        Assert.Null(await peer.Victim.Closed);
    }

    [Fact]
    public async Task Floods_SpreadOverTime_AreNone()
    {
        await using var peer = FramePeer.Create(new YamuxOptions { MaxPings = 10, KeepAliveInterval = TimeSpan.FromHours(1) }, _time);
        for (uint i = 0; i < 50; i++)
        {
            if (i % 10 == 0)
                _time.Advance(TimeSpan.FromSeconds(10));
            await peer.SendAsync(YamuxFrameType.Ping, YamuxFlags.Syn, 0, i);
            Assert.Equal(new YamuxHeader(YamuxFrameType.Ping, YamuxFlags.Ack, 0, i), await ReadHeaderAsync(peer));
        }
    }

    private static async Task<YamuxHeader> ReadHeaderAsync(FramePeer peer)
    {
        var bytes = new byte[YamuxHeader.Bytes];
        for (var have = 0; have < bytes.Length;)
        {
            var read = await peer.Connection.ReadAsync(bytes.AsMemory(have), Cancel).AsTask().WaitAsync(Patience, Cancel);
            Assert.NotEqual(0, read);
            have += read;
        }

        return YamuxHeader.Read(bytes);
    }
}
