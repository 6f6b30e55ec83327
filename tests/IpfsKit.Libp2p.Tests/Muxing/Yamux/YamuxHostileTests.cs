using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Tests.TestDoubles;

namespace IpfsKit.Libp2p.Tests.Muxing.Yamux;

/// <summary>Peers that break yamux. Afterwards there are no streams and no memory is reserved.</summary>
public sealed class YamuxHostileTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[]> BadFrames => new()
    {
        { "version", Raw(1, 0, 1, 1, 0) },
        { "type", Raw(0, 4, 1, 1, 0) },
        { "flags", Raw(0, 0, 0x11, 1, 0) },
        { "names stream 0", Raw(0, 0, 1, 0, 0) },
        { "names stream 0", Raw(0, 1, 1, 0, 0) },
        { "names stream 1", Raw(0, 2, 1, 1, 0) },
        { "names stream 1", Raw(0, 3, 0, 1, 0) },
        { "flags of a ping", Raw(0, 2, 3, 0, 0) },
        { "flags of a ping", Raw(0, 2, 0, 0, 0) },
        { "a number of this side", Raw(0, 1, 1, 2, 0) },
        { "never opened", Raw(0, 0, 0, 1, 5) },
        { "never opened", Raw(0, 1, 0, 1, 5) },
        { "never opened", Raw(0, 0, 0, 2, 5) },
        { "never opened", Raw(0, 1, 8, uint.MaxValue, 0) },
        { "opened twice", [.. Raw(0, 1, 1, 1, 0), .. Raw(0, 1, 1, 1, 0)] },
        { "begins with 262145 bytes", Raw(0, 0, 1, 1, (256 * 1024) + 1) },
        { "begins with 4294967295 bytes", Raw(0, 0, 1, 1, uint.MaxValue) },
        { "passes 4 GiB", [.. Raw(0, 1, 1, 1, 0xfffc0000)] },
        { "passes 4 GiB", [.. Raw(0, 1, 1, 1, 0xfffbffff), .. Raw(0, 1, 0, 1, 1)] },
        { "passes the window", [.. Raw(0, 1, 1, 1, 0), .. Raw(0, 0, 0, 1, uint.MaxValue)] },
        { "behind its end", [.. Raw(0, 1, 5, 1, 0), .. Raw(0, 0, 0, 1, 1), 0] },
        { "A frame of 16777217 bytes", [.. Raw(0, 1, 9, 1, 0), .. Raw(0, 0, 0, 1, (16 * 1024 * 1024) + 1)] },
    };

    [Theory]
    [MemberData(nameof(BadFrames))]
    public async Task Frame_AgainstTheProtocol_EndsTheConnection(string reason, byte[] bytes)
    {
        await using var peer = FramePeer.Create();
        // A stream that is open fails with the connection.
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 101, 0);
        var stream = await peer.Victim.AcceptStreamAsync(Cancel);
        if (reason == "never opened" && bytes[7] == 1)
            bytes[7] = 103;
        await peer.Connection.WriteAsync(bytes, Cancel);
        await peer.ExpectProtocolErrorAsync(reason);
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await stream!.ReadAsync(new byte[1], Cancel));
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await stream!.WriteAsync(new byte[1], Cancel));
        Assert.NotNull(stream);
    }

    [Fact]
    public async Task Window_Overflown_EndsTheConnectionAndHoldsNoMoreThanTheWindow()
    {
        await using var peer = FramePeer.Create();
        await peer.SendDataAsync(YamuxFlags.Syn, 1, new byte[200 * 1024]);
        await peer.SendDataAsync(YamuxFlags.None, 1, new byte[56 * 1024]);
        await peer.SendDataAsync(YamuxFlags.None, 1, new byte[1]);
        await peer.ExpectProtocolErrorAsync("passes the window");
        Assert.InRange(peer.Memory.Peak, 256 * 1024, (256 * 1024) + (2 * 4096));
    }

    [Fact]
    public async Task Streams_ThatAreResetWhileThePeerReadsNothing_EndTheConnection()
    {
        // A send that never ends is no concern of this test.
        await using var peer = FramePeer.Create(new YamuxOptions { WriteTimeout = TimeSpan.FromHours(1), MaxSendBufferBytes = 128 * 1024 }, capacity: 64 * 1024);
        uint streams = 0;
        while (!peer.Victim.IsClosing && streams < 100_000)
        {
            await peer.FloodAsync(1, _ => [new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, (streams++ * 2) + 1, 0)]);
            if (await peer.Victim.AcceptStreamAsync(Cancel) is { } stream)
                stream.Reset();
        }

        var failure = Assert.IsType<ConnectionClosedException>(await peer.Victim.Closed.WaitAsync(Patience, Cancel));
        Assert.Contains("resets wait", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(17)]
    public async Task Frame_CutOff_EndsTheConnection(int length)
    {
        await using var peer = FramePeer.Create();
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1, 0);
        var stream = await peer.Victim.AcceptStreamAsync(Cancel);
        var frame = new byte[22];
        new YamuxHeader(YamuxFrameType.Data, YamuxFlags.None, 1, 10).Write(frame);
        await peer.Connection.WriteAsync(frame.AsMemory(0, length), Cancel);
        await peer.Connection.CompleteWritesAsync(Cancel);
        Assert.Contains("while streams were open", (await peer.Victim.Closed.WaitAsync(Patience, Cancel))!.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await stream!.ReadToEndAndFailAsync(Cancel));
    }

    [Fact]
    public async Task Syns_TenThousand_AreRefusedAndEndTheConnection()
    {
        await using var peer = FramePeer.Create(capacity: 16 * 1024 * 1024);
        await peer.FloodAsync(10_000, i => [new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1 + (2 * i), 0)]);
        await peer.ExpectProtocolErrorAsync("streams that had to be refused");
        // No more than the backlog was ever open.
        Assert.True(peer.Memory.Peak <= (256L * 256 * 1024) + (2 * 512 * 1024) + (2 * 4096), $"{peer.Memory.Peak}");
    }

    [Fact]
    public async Task Syns_OverTheBacklog_AreResetAndTheConnectionGoesOn()
    {
        await using var peer = FramePeer.Create();
        for (uint i = 0; i < 300; i++)
            await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1 + (2 * i), 0);
        for (uint i = 256; i < 300; i++)
            Assert.Equal(new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 1 + (2 * i), 0), await peer.ReadAsync());
        Assert.Equal((256, 44), (peer.Victim.StreamCount, peer.Refusals));
        Assert.Equal(1, (await peer.Victim.AcceptStreamAsync(Cancel))!.Id);
        Assert.Equal(new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Ack, 1, 0), await peer.ReadAsync());
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1001, 0);
        await peer.ExpectStreamsAsync(257);
    }

    [Fact]
    public async Task Syns_OverTheStreamsAllowed_AreReset()
    {
        await using var peer = FramePeer.Create(new YamuxOptions { MaxInboundStreams = 3 });
        for (uint i = 0; i < 4; i++)
        {
            await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1 + (2 * i), 0);
            if (i < 3)
                Assert.NotNull(await peer.Victim.AcceptStreamAsync(Cancel));
        }

        YamuxHeader header;
        while (((header = await peer.ReadAsync()).Flags & YamuxFlags.Ack) != 0)
        {
        }

        Assert.Equal(new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 7, 0), header);
        Assert.Equal(1, peer.Refusals);
        // One that ends makes room.
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 1, 0);
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 9, 0);
        Assert.Equal(9, (await peer.Victim.AcceptStreamAsync(Cancel))!.Id);
    }

    [Fact]
    public async Task Syns_WithoutMemoryForThem_AreReset()
    {
        // A fifth of it is not for streams, but for what the connection is read into.
        var memory = new TestBudget(640 * 1024);
        await using var peer = FramePeer.Create(memory: memory);
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1, 0);
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 3, 0);
        Assert.Equal(new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 3, 0), await peer.ReadAsync());
        Assert.Throws<ResourceLimitExceededException>(() => peer.Victim.OpenStreamAsync(Cancel).AsTask().GetAwaiter().GetResult());
        // The budget has counted them.
        Assert.Equal((1, 0), (peer.Victim.StreamCount, peer.Refusals));
        Assert.True(memory.TryReserve(128 * 1024, MemoryPriority.Always));
        memory.Release(128 * 1024);
    }

    [Fact]
    public async Task Resets_Flood_EndsTheConnection()
    {
        await using var peer = FramePeer.Create(new YamuxOptions { MaxResets = 100 }, capacity: 16 * 1024 * 1024);
        await peer.FloodAsync(1000, i => [new(YamuxFrameType.Data, YamuxFlags.Syn, 1 + (2 * i), 0), new(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 1 + (2 * i), 0)]);

        await peer.ExpectProtocolErrorAsync("resets");
    }

    [Fact]
    public async Task Pings_Flood_EndsTheConnection()
    {
        await using var peer = FramePeer.Create();
        await peer.FloodAsync(10_000, i => [new YamuxHeader(YamuxFrameType.Ping, YamuxFlags.Syn, 0, i)]);
        await peer.ExpectProtocolErrorAsync("pings");
    }

    [Fact]
    public async Task Pings_Allowed_AreAnsweredInOrder()
    {
        await using var peer = FramePeer.Create();
        for (uint i = 0; i < 100; i++)
            await peer.SendAsync(YamuxFrameType.Ping, YamuxFlags.Syn, 0, i);
        var answers = new byte[100 * YamuxHeader.Bytes];
        for (var have = 0; have < answers.Length;)
            have += await peer.Connection.ReadAsync(answers.AsMemory(have), Cancel);
        for (uint i = 0; i < 100; i++)
            Assert.Equal(new YamuxHeader(YamuxFrameType.Ping, YamuxFlags.Ack, 0, i), YamuxHeader.Read(answers.AsSpan((int)i * YamuxHeader.Bytes)));
        // Answers to no question change nothing.
        await peer.SendAsync(YamuxFrameType.Ping, YamuxFlags.Ack, 0, 77);
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1, 0);
        Assert.NotNull(await peer.Victim.AcceptStreamAsync(Cancel));
        Assert.Equal(TimeSpan.Zero, peer.Victim.RoundTripTime);
    }

    [Fact]
    public async Task Peer_NeverReads_HoldsTheBuffersAndNoMore()
    {
        await using var peer = FramePeer.Create(capacity: 4096);
        var writes = new List<Task>();
        for (uint i = 0; i < 20; i++)
        {
            await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1 + (2 * i), 16 * 1024 * 1024);
            writes.Add((await peer.Victim.AcceptStreamAsync(Cancel))!.WriteAsync(new byte[1024 * 1024], Cancel).AsTask());
        }

        Assert.True(peer.Memory.Peak <= (20 * 256 * 1024) + (2 * 512 * 1024) + (2 * 4096), $"{peer.Memory.Peak}");
        peer.Victim.Abort();
        foreach (var write in writes.Where(write => !write.IsCompletedSuccessfully))
            await Assert.ThrowsAsync<ConnectionClosedException>(() => write);
    }

    [Fact]
    public async Task Peer_ByteByByte_IsUnderstood()
    {
        await using var peer = FramePeer.Create();
        var bytes = new byte[(2 * YamuxHeader.Bytes) + 100];
        Random.Shared.NextBytes(bytes);
        new YamuxHeader(YamuxFrameType.Data, YamuxFlags.Syn, 1, 50).Write(bytes);
        new YamuxHeader(YamuxFrameType.Data, YamuxFlags.Fin, 1, 50).Write(bytes.AsSpan(YamuxHeader.Bytes + 50));
        var read = Task.Run(async () => await (await peer.Victim.AcceptStreamAsync(Cancel))!.ReadToEndAsync(Cancel), Cancel);
        for (var i = 0; i < bytes.Length; i++)
            await peer.Connection.WriteAsync(bytes.AsMemory(i, 1), Cancel);
        byte[] sent = [.. bytes[12..62], .. bytes[74..]];
        Assert.Equal(sent, await read);
    }

    [Fact]
    public async Task Peer_ByteInEachFrame_HoldsOnlyWhatItSent()
    {
        await using var peer = FramePeer.Create(capacity: 1024);
        const int Frames = 20_000;
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1, 0);
        var stream = (await peer.Victim.AcceptStreamAsync(Cancel))!;
        for (var i = 0; i < Frames; i++)
            await peer.SendDataAsync(YamuxFlags.None, 1, (byte)i);
        await peer.SendDataAsync(YamuxFlags.Fin, 1);
        Assert.Equal(Enumerable.Range(0, Frames).Select(i => (byte)i), await stream.ReadToEndAsync(Cancel));
    }

    [Fact]
    public async Task Stream_AnnouncedByBytesOrByCredit_IsTheSame()
    {
        await using var peer = FramePeer.Create();
        await peer.SendDataAsync(YamuxFlags.Syn | YamuxFlags.Fin, 1, 1, 2, 3);
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 3, 1024);
        await peer.SendDataAsync(YamuxFlags.None, 3, 4, 5);
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Fin, 3, 0);
        Assert.Equal([1, 2, 3], await (await peer.Victim.AcceptStreamAsync(Cancel))!.ReadToEndAsync(Cancel));
        Assert.Equal([4, 5], await (await peer.Victim.AcceptStreamAsync(Cancel))!.ReadToEndAsync(Cancel));
    }

    [Fact]
    public async Task Stream_NumbersOutOfOrder_AreTaken()
    {
        await using var peer = FramePeer.Create();
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 5, 0);
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1, 0);
        Assert.Equal(5, (await peer.Victim.AcceptStreamAsync(Cancel))!.Id);
        Assert.Equal(1, (await peer.Victim.AcceptStreamAsync(Cancel))!.Id);
    }

    [Fact]
    public async Task Stream_EndedHere_BytesOnTheirWayAreDropped()
    {
        await using var peer = FramePeer.Create();
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1, 0);
        (await peer.Victim.AcceptStreamAsync(Cancel))!.Reset();
        await peer.SendDataAsync(YamuxFlags.None, 1, new byte[200_000]);
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.None, 1, 1000);
        await peer.SendDataAsync(YamuxFlags.Fin, 1, new byte[100_000]);
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 3, 0);
        Assert.Equal(3, (await peer.Victim.AcceptStreamAsync(Cancel))!.Id);
        Assert.Equal(1, peer.Victim.StreamCount);
    }

    [Fact]
    public async Task GoAway_InOrder_LetsStreamsEndAndNoneBegin()
    {
        await using var peer = FramePeer.Create();
        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1, 0);
        var stream = (await peer.Victim.AcceptStreamAsync(Cancel))!;
        await peer.SendAsync(YamuxFrameType.GoAway, YamuxFlags.None, 0, 0);
        await peer.SendDataAsync(YamuxFlags.Fin, 1, 7);
        Assert.Equal([7], await stream.ReadToEndAsync(Cancel));
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await peer.Victim.OpenStreamAsync(Cancel));
        await stream.WriteAsync(new byte[10], Cancel);
        await peer.Connection.CompleteWritesAsync(Cancel);
        Assert.Null(await peer.Victim.Closed.WaitAsync(Patience, Cancel));
    }

    [Theory]
    [InlineData(1u, "ProtocolError")]
    [InlineData(2u, "InternalError")]
    [InlineData(99u, "99")]
    public async Task GoAway_WithAFault_EndsTheConnection(uint code, string reason)
    {
        await using var peer = FramePeer.Create();
        await peer.SendAsync(YamuxFrameType.GoAway, YamuxFlags.None, 0, code);
        Assert.Contains(reason, (await peer.Victim.Closed.WaitAsync(Patience, Cancel))!.Message, StringComparison.Ordinal);
    }

    private static byte[] Raw(byte version, byte type, ushort flags, uint streamId, uint length)
    {
        var bytes = new byte[YamuxHeader.Bytes];
        new YamuxHeader((YamuxFrameType)type, (YamuxFlags)flags, streamId, length).Write(bytes);
        bytes[0] = version;
        return bytes;
    }
}
