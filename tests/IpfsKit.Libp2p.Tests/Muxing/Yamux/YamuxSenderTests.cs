using System.Runtime.CompilerServices;
using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.Muxing.Yamux;

/// <summary>What is sent when, on a channel whose sends the test lets through one by one.</summary>
public sealed class YamuxSenderTests : IAsyncDisposable
{
    private const int MaxBufferBytes = 128 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What a send takes over a link; one that takes no time is let through by processors alone.</summary>
    private static readonly TimeSpan LinkTime = TimeSpan.FromMilliseconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly TestBudget _memory = new();
    private HeldChannel _channel = null!;
    private YamuxConnection _connection = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writers_ManyAtOnce_TakeTurnsFrameByFrame()
    {
        Start(ConnectionDirection.Inbound);
        var streams = await AcceptAsync(4);
        // The first one fills the buffers, and the others come when there is no room any more.
        var writes = new List<Task> { streams[0].WriteAsync(new byte[4 << 20], Cancel).AsTask() };
        var send = await _channel.NextSendAsync();
        foreach (var stream in streams.Skip(1))
            writes.Add(stream.WriteAsync(new byte[2 << 20], Cancel).AsTask());
        Assert.All(writes, write => Assert.False(write.IsCompleted));

        var frames = new List<YamuxHeader>();
        var early = 0;
        for (var sends = 0; ; sends++)
        {
            frames.AddRange(Frames(send.Bytes).Where(frame => frame.Type == YamuxFrameType.Data));
            // One buffer is being sent and the other one full when the others come.
            if (sends == 1)
                early = frames.Count;
            await WaitForTheTimerAsync();
            _time.Advance(LinkTime);
            send.Release();
            if (frames.Sum(frame => frame.Length) == (4 << 20) + (3 * (2 << 20)))
                break;
            send = await _channel.NextSendAsync();
        }

        var together = frames.Skip(early).ToArray();
        var turns = together.TakeWhile((_, i) => i + 4 <= together.Length && together.Skip(i).Take(4).Select(frame => frame.StreamId).Distinct().Count() == 4).Count();
        Assert.True(turns > 60, $"Only {turns} of {together.Length} frames were in turn: {string.Join(' ', together.Take(40).Select(frame => frame.StreamId))}");
        await Task.WhenAll(writes);
    }

    [Fact]
    public async Task Writer_OfAFewBytes_WaitsForOneFrameOfEachOtherStream()
    {
        Start(ConnectionDirection.Inbound);
        var streams = await AcceptAsync(4);
        var large = streams.Take(3).Select(stream => stream.WriteAsync(new byte[8 << 20], Cancel).AsTask()).ToArray();
        var send = await _channel.NextSendAsync();
        var small = streams[3].WriteAsync(new byte[1], Cancel).AsTask();
        var between = 0;
        while (true)
        {
            var ids = Frames(send.Bytes).Where(frame => frame.Type == YamuxFrameType.Data).Select(frame => frame.StreamId).ToArray();
            await WaitForTheTimerAsync();
            _time.Advance(LinkTime);
            send.Release();
            if (ids.Contains((uint)streams[3].Id))
            {
                between += ids.TakeWhile(id => id != streams[3].Id).Count();
                break;
            }

            between += ids.Length;
            send = await _channel.NextSendAsync();
        }

        await small;
        // Two buffers that were full, of 64 KiB frames and parts of such, and one frame of each.
        Assert.InRange(between, 1, 12);
        _connection.Abort();
        foreach (var write in large)
            await Assert.ThrowsAsync<ConnectionClosedException>(() => write);
    }

    [Fact]
    public async Task Sends_ThatTakeLong_BecomeSmallerAndGrowAgain()
    {
        Start(ConnectionDirection.Inbound, new YamuxOptions { MaxSendBufferBytes = 512 * 1024, KeepAliveInterval = TimeSpan.FromHours(1) });
        var stream = Assert.Single(await AcceptAsync(1));
        const int Bytes = 12 << 20;
        var write = stream.WriteAsync(new byte[Bytes], Cancel).AsTask();
        var sent = 0L;
        var sizes = new List<int>();
        for (var i = 0; i < 10; i++)
        {
            var send = await _channel.NextSendAsync();
            await WaitForTheTimerAsync();
            sizes.Add(send.Bytes.Length);
            sent += PayloadOf(send);
            _time.Advance(TimeSpan.FromSeconds(2));
            send.Release();
        }

        Assert.InRange(sizes.Max(), 256 * 1024, 512 * 1024);
        // No send is smaller than one frame would like, and none takes longer for what it is than ten of them may.
        Assert.All(sizes.Skip(6), size => Assert.InRange(size, 32 * 1024, 64 * 1024));

        sizes.Clear();
        while (sent < Bytes)
        {
            var send = await _channel.NextSendAsync();
            await WaitForTheTimerAsync();
            sizes.Add(send.Bytes.Length);
            sent += PayloadOf(send);
            send.Release();
        }

        Assert.InRange(sizes.Max(), 256 * 1024, 512 * 1024);
        await write;
    }

    [Fact]
    public async Task Sends_SlowButNotTooSlow_DoNotEndTheConnection()
    {
        Start(ConnectionDirection.Inbound, new YamuxOptions { MaxSendBufferBytes = MaxBufferBytes, KeepAliveInterval = TimeSpan.FromHours(1) });
        var stream = Assert.Single(await AcceptAsync(1));
        var write = stream.WriteAsync(new byte[1 << 20], Cancel).AsTask();
        // Minutes in all, and no send for as long as the timeout.
        for (var sent = 0L; sent < 1 << 20;)
        {
            var send = await _channel.NextSendAsync();
            await WaitForTheTimerAsync();
            sent += PayloadOf(send);
            _time.Advance(TimeSpan.FromSeconds(9));
            send.Release();
        }

        await write;
        Assert.False(_connection.Closed.IsCompleted);
    }

    [Fact]
    public async Task Answers_ThatNobodyReads_EndTheConnectionAndAreBounded()
    {
        // A budget that leaves the send buffers small: what finds no room there is remembered.
        var memory = new TestBudget(16 * 1024);
        Start(ConnectionDirection.Inbound, new YamuxOptions { MaxPings = 1 << 20, KeepAliveInterval = TimeSpan.FromHours(1) }, memory);
        await PingAsync(0, 1);
        _ = await _channel.NextSendAsync();
        const int InTheBuffer = 4096 / YamuxHeader.Bytes;
        await PingAsync(1, InTheBuffer + YamuxSender.MaxQueuedFrames);
        await PingAsync(InTheBuffer + YamuxSender.MaxQueuedFrames + 1, 1);

        var failure = Assert.IsType<ConnectionClosedException>(await _connection.Closed.WaitAsync(Patience, Cancel));
        Assert.Contains("1024 answers wait", failure.Message, StringComparison.Ordinal);
        Assert.InRange(memory.Peak, 0, 2 * YamuxSendBuffer.SmallBytes);
        Assert.Equal(0, memory.Reserved);
    }

    [Fact]
    public async Task Answers_AsManyAsMayWait_AreSentInOrderOnceTheOtherSideReads()
    {
        var memory = new TestBudget(16 * 1024);
        Start(ConnectionDirection.Inbound, new YamuxOptions { MaxPings = 1 << 20, KeepAliveInterval = TimeSpan.FromHours(1) }, memory);
        await PingAsync(0, 1);
        var send = await _channel.NextSendAsync();
        const int Count = (4096 / YamuxHeader.Bytes) + YamuxSender.MaxQueuedFrames;
        await PingAsync(1, Count);
        var answers = new List<uint>();
        while (true)
        {
            answers.AddRange(Frames(send.Bytes).Where(frame => frame.Flags == YamuxFlags.Ack).Select(frame => frame.Length));
            send.Release();
            if (answers.Count == Count + 1)
                break;
            send = await _channel.NextSendAsync();
        }

        Assert.Equal(Enumerable.Range(0, Count + 1).Select(i => (uint)i), answers);
        Assert.False(_connection.Closed.IsCompleted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Numbers_UsedUp_NoStreamIsOpenedAndTheOthersGoOn(bool isDialer)
    {
        Start(isDialer ? ConnectionDirection.Outbound : ConnectionDirection.Inbound);
        NextId(_connection) = isDialer ? uint.MaxValue - 2 : uint.MaxValue - 3;
        var last = await _connection.OpenStreamAsync(Cancel);
        Assert.Equal(isDialer ? uint.MaxValue - 2 : uint.MaxValue - 3, last.Id);

        Assert.Contains("used up", (await Assert.ThrowsAsync<ConnectionClosedException>(async () => await _connection.OpenStreamAsync(Cancel))).Message, StringComparison.Ordinal);
        Assert.Equal(1, _connection.StreamCount);
        await last.WriteAsync(new byte[10], Cancel);
        HeldChannel.Send send;
        while (!Frames((send = await _channel.NextSendAsync()).Bytes).Contains(new YamuxHeader(YamuxFrameType.Data, YamuxFlags.Syn, (uint)last.Id, 10)))
            send.Release();
        send.Release();
        await _channel.ReceiveAsync(Frame(new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, isDialer ? uint.MaxValue - 1 : uint.MaxValue, 0)));
        Assert.NotNull(await _connection.AcceptStreamAsync(Cancel));
    }

    [Fact]
    public async Task GoAway_OfBothSides_IsAnEndInOrder()
    {
        Start(ConnectionDirection.Inbound);
        await _channel.ReceiveAsync(Frame(new YamuxHeader(YamuxFrameType.GoAway, YamuxFlags.None, 0, 0)));
        var closing = _connection.CloseAsync(Cancel).AsTask();
        var send = await _channel.NextSendAsync();
        Assert.Equal([new YamuxHeader(YamuxFrameType.GoAway, YamuxFlags.None, 0, 0)], Frames(send.Bytes));
        send.Release();
        Assert.False(closing.IsCompleted);
        _channel.End();

        await closing;
        Assert.Null(await _connection.Closed);
    }

    [Fact]
    public async Task GoAway_OfThisSide_WhatTheOtherBeganMeanwhileIsDropped()
    {
        Start(ConnectionDirection.Inbound);
        var closing = _connection.CloseAsync(Cancel).AsTask();
        var send = await _channel.NextSendAsync();
        // It does not know yet.
        await _channel.ReceiveAsync([.. Frame(new YamuxHeader(YamuxFrameType.Data, YamuxFlags.Syn, 1, 3)), 1, 2, 3, .. Frame(new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Fin, 1, 0))]);
        await _channel.ReceiveAsync(Frame(new YamuxHeader(YamuxFrameType.GoAway, YamuxFlags.None, 0, 0)));
        send.Release();
        _channel.End();

        await closing;
        Assert.Null(await _connection.Closed);
        Assert.Null(await _connection.AcceptStreamAsync(Cancel));
        Assert.Equal((0, 0), (_connection.StreamCount, _memory.Reserved));
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        Assert.Equal((0, 0), (_connection.StreamCount, _memory.Reserved));
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_nextId")]
    private static extern ref uint NextId(YamuxConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_sender")]
    private static extern ref YamuxSender Sender(YamuxConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_deadline")]
    private static extern ref YamuxSendDeadline Deadline(YamuxSender sender);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_isSending")]
    private static extern ref bool IsSending(YamuxSendDeadline deadline);

    private static byte[] Frame(YamuxHeader header)
    {
        var bytes = new byte[YamuxHeader.Bytes];
        header.Write(bytes);
        return bytes;
    }

    private static long PayloadOf(HeldChannel.Send send) => Frames(send.Bytes).Where(frame => frame.Type == YamuxFrameType.Data).Sum(frame => frame.Length);

    private static List<YamuxHeader> Frames(byte[] bytes)
    {
        var frames = new List<YamuxHeader>();
        for (var at = 0; at < bytes.Length; at += YamuxHeader.Bytes)
        {
            var header = YamuxHeader.Read(bytes.AsSpan(at));
            frames.Add(header);
            if (header.Type == YamuxFrameType.Data)
                at += (int)header.Length;
        }

        return frames;
    }

    private void Start(ConnectionDirection direction, YamuxOptions? options = null, TestBudget? memory = null)
    {
        _channel = new HeldChannel(direction);
        options ??= new YamuxOptions { MaxSendBufferBytes = MaxBufferBytes, KeepAliveInterval = TimeSpan.FromHours(1) };
        _connection = (YamuxConnection)TestYamux.CreateMuxer(options, _time).Multiplex(_channel, memory ?? _memory);
    }

    /// <summary>The time of the send that is held is measured from now on.</summary>
    private Task WaitForTheTimerAsync() => Eventually.TrueAsync("the send is timed", () => Task.FromResult(Volatile.Read(ref IsSending(Deadline(Sender(_connection))))), Patience, Cancel);

    /// <summary>Streams of the other side with much credit, whose acknowledgement has been sent.</summary>
    private async Task<List<IMuxedStream>> AcceptAsync(int count)
    {
        var streams = new List<IMuxedStream>();
        for (uint i = 0; i < count; i++)
        {
            await _channel.ReceiveAsync(Frame(new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1 + (2 * i), 16 << 20)));
            streams.Add((await _connection.AcceptStreamAsync(Cancel))!);
            (await _channel.NextSendAsync()).Release();
        }

        return streams;
    }

    private async Task PingAsync(int first, int count)
    {
        var bytes = new byte[count * YamuxHeader.Bytes];
        for (var i = 0; i < count; i++)
            new YamuxHeader(YamuxFrameType.Ping, YamuxFlags.Syn, 0, (uint)(first + i)).Write(bytes.AsSpan(i * YamuxHeader.Bytes));
        await _channel.ReceiveAsync(bytes);
    }
}
