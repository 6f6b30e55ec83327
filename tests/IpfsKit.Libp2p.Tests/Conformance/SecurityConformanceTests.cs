using System.Security.Cryptography;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.Libp2p.Transports;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Conformance;

/// <summary>What every security protocol keeps. Each derives once.</summary>
public abstract class SecurityConformanceTests : IDisposable
{
    private readonly PrivateKey _dialerKey = PrivateKey.Generate();
    private readonly PrivateKey _listenerKey = PrivateKey.Generate();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SecureAsync_TwoHonestPeers_KnowEachOther()
    {
        await using var pair = await ConnectAsync();

        Assert.Equal(_listenerKey.PublicKey, pair.Dialer.Session.RemoteKey);
        Assert.Equal(_dialerKey.PublicKey, pair.Listener.Session.RemoteKey);
        Assert.Equal(_dialerKey.PublicKey.PeerId, pair.Listener.Session.RemotePeer);
        Assert.Equal((pair.DialerRaw.LocalAddress, pair.DialerRaw.RemoteAddress, ConnectionDirection.Outbound), (pair.Dialer.Session.LocalAddress, pair.Dialer.Session.RemoteAddress, pair.Dialer.Session.Direction));
        Assert.Equal(Dialer.Id, pair.Dialer.Session.Protocol);
        Assert.Null(pair.Dialer.Session.Muxer);
        Assert.Null(pair.Listener.Session.Muxer);
    }

    [Fact]
    public async Task SecureAsync_ManyConnectionsOfOneProtocol_AreApart()
    {
        await using var first = await ConnectAsync();
        await using var second = await ConnectAsync();

        await first.Dialer.SendPlainAsync("hello"u8.ToArray(), Token);
        var wire = new byte[1000];
        await second.DialerRaw.WriteAsync(wire.AsMemory(0, await first.ListenerRaw.ReadAsync(wire, Token)), Token);
        // Where the length of a frame is noise too, more may be waited for.
        await second.DialerRaw.CompleteWritesAsync(Token);

        await Assert.ThrowsAsync<ConnectionClosedException>(() => second.Listener.ReadAsync(Token).AsTask());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SecureAsync_SomebodyElseThanExpected_IsNamed(bool dialerExpects)
    {
        using var third = PrivateKey.Generate();
        var (near, far) = DuplexConnection.CreatePair();
        var dialing = Dialer.SecureAsync(near, (dialerExpects ? third : _listenerKey).PublicKey.PeerId, [], Token).AsTask();
        var accepting = Listener.SecureAsync(far, (dialerExpects ? _dialerKey : third).PublicKey.PeerId, [], Token).AsTask();

        var mismatch = await Assert.ThrowsAsync<PeerIdMismatchException>(() => dialerExpects ? dialing : accepting);

        Assert.Equal(third.PublicKey.PeerId, mismatch.Expected);
        Assert.Equal((dialerExpects ? _listenerKey : _dialerKey).PublicKey.PeerId, mismatch.Actual);
        await AssertFailsAsync(dialerExpects ? accepting : dialing);
    }

    [Fact]
    public async Task SecureAsync_OneMuxerInCommon_IsAgreedOnByBoth()
    {
        Assert.Equal(("/yamux/1.0.0", "/yamux/1.0.0"), await AgreeAsync(["/yamux/1.0.0"], ["/yamux/1.0.0"]));
        Assert.Equal(("/b", "/b"), await AgreeAsync(["/a", "/b"], ["/b", "/c"]));
        var (dialer, listener) = await AgreeAsync(["/a", "/b", "/c"], ["/c", "/b"]);
        Assert.Equal(dialer, listener);
        Assert.Contains(dialer, (string[])["/b", "/c"]);
    }

    [Fact]
    public async Task SecureAsync_OneSideNamesNoMuxer_LeavesItToMultistream()
    {
        Assert.Equal((null, null), await AgreeAsync([], ["/yamux/1.0.0"]));
        Assert.Equal((null, null), await AgreeAsync(["/yamux/1.0.0"], []));
    }

    [Fact]
    public async Task SecureAsync_OneByteAtATime_Succeeds()
    {
        var (near, far) = DuplexConnection.CreatePair();
        var dialing = Dialer.SecureAsync(new DribblingConnection(near), _listenerKey.PublicKey.PeerId, [], Token).AsTask();
        await using var listener = await Listener.SecureAsync(new DribblingConnection(far), null, [], Token);
        await using var dialer = await dialing;

        await dialer.SendPlainAsync("hello"u8.ToArray(), Token);
        Assert.Equal("hello"u8.ToArray(), await listener.ReadPlainAsync(Token, 5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public async Task Channel_ManyBytesBothWays_ArriveAsTheyWereSent(int frameBytes)
    {
        await using var pair = await ConnectAsync(capacity: 100_000);
        var bytes = frameBytes == 1 ? 5000 : Soak.Count(4 << 20, 256 << 20);
        var up = new byte[bytes];
        var down = new byte[bytes];
        Random.Shared.NextBytes(up);
        Random.Shared.NextBytes(down);

        var sending = Task.WhenAll(SendToEndAsync(pair.Dialer, up), SendToEndAsync(pair.Listener, down));
        var received = await Task.WhenAll(pair.Listener.ReadPlainAsync(Token), pair.Dialer.ReadPlainAsync(Token));
        await sending;

        Assert.Equal(SHA256.HashData(up), SHA256.HashData(received[0]));
        Assert.Equal(SHA256.HashData(down), SHA256.HashData(received[1]));

        async Task SendToEndAsync(ISecureChannel channel, byte[] plain)
        {
            await channel.SendPlainAsync(plain, Token, frameBytes);
            await channel.CompleteWritesAsync(Token);
        }
    }

    [Fact]
    public async Task Channel_ManyFramesInOneSend_ArriveInOrder()
    {
        await using var pair = await ConnectAsync();
        byte[] frames = [];
        for (var i = 0; i < 200; i++)
            frames = [.. frames, .. pair.Listener.Seal([(byte)i, 1, 2])];

        await pair.Listener.SendAsync(frames, Token);
        var received = await pair.Dialer.ReadPlainAsync(Token, 600);

        Assert.Equal(Enumerable.Range(0, 200).Select(i => (byte)i), received.Where((_, i) => i % 3 == 0));
    }

    [Fact]
    public async Task Channel_OneSideHasEnded_TheOtherStillSends()
    {
        await using var pair = await ConnectAsync();
        await pair.Dialer.SendPlainAsync("question"u8.ToArray(), Token);
        await pair.Dialer.CompleteWritesAsync(Token);

        Assert.Equal("question"u8.ToArray(), await pair.Listener.ReadPlainAsync(Token));
        Assert.True((await pair.Listener.ReadAsync(Token)).IsEmpty);
        await pair.Listener.SendPlainAsync("answer"u8.ToArray(), Token);
        await pair.Listener.CompleteWritesAsync(Token);
        Assert.Equal("answer"u8.ToArray(), await pair.Dialer.ReadPlainAsync(Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(-1)]
    public async Task Channel_ForgedFrame_EndsIt(int position)
    {
        await using var pair = await ConnectAsync();
        var good = pair.Dialer.Seal("good"u8);
        await SendAsync(pair.Dialer, good);
        Assert.Equal("good"u8.ToArray(), await pair.Listener.ReadPlainAsync(Token, 4));

        var start = pair.DialerRaw.BytesWritten;
        pair.DialerRaw.Tamper = (bytes, offset) =>
        {
            var place = position < 0 ? bytes.Length - 1 : (int)(start - offset) + position;
            if (place >= 0 && place < bytes.Length)
                bytes.Span[place] ^= 1;
        };
        var plain = new byte[1000];
        await SendAsync(pair.Dialer, pair.Dialer.Seal(plain));
        await pair.Dialer.CompleteWritesAsync(Token);

        await Assert.ThrowsAsync<ConnectionClosedException>(() => pair.Listener.ReadPlainAsync(Token));
        await Assert.ThrowsAsync<ConnectionClosedException>(() => pair.Listener.ReadAsync(Token).AsTask());
        await Assert.ThrowsAsync<ConnectionClosedException>(() => pair.Dialer.ReadAsync(Token).AsTask());
    }

    [Fact]
    public async Task Channel_CutWithinAFrame_Fails()
    {
        await using var pair = await ConnectAsync();
        var before = pair.ListenerRaw.BytesWritten;
        await pair.Listener.SendPlainAsync(new byte[1000], Token);
        var frame = new byte[pair.ListenerRaw.BytesWritten - before];
        Assert.Equal(frame.Length, await pair.DialerRaw.ReadAsync(frame, Token));

        await pair.ListenerRaw.WriteAsync(frame.AsMemory(0, frame.Length / 2), Token);
        await pair.ListenerRaw.CompleteWritesAsync(Token);

        await Assert.ThrowsAsync<ConnectionClosedException>(() => pair.Dialer.ReadPlainAsync(Token));
    }

    [Fact]
    public async Task Channel_Idle_WaitsWithoutABuffer()
    {
        await using var pair = await ConnectAsync();
        var reading = pair.Listener.ReadAsync(Token).AsTask();
        Assert.False(pair.ListenerRaw.WaitsWithBuffer);

        for (var i = 0; i < 3; i++)
        {
            await pair.Dialer.SendPlainAsync(new byte[100_000], Token);
            for (var received = 0; received < 100_000; reading = pair.Listener.ReadAsync(Token).AsTask())
                received += (await reading).Length;
            Assert.False(reading.IsCompleted);
            Assert.False(pair.ListenerRaw.WaitsWithBuffer);
        }

        pair.Listener.Abort();
        await Assert.ThrowsAsync<ConnectionClosedException>(() => reading);
    }

    [Fact]
    public async Task Channel_Busy_ReservesWhatItHolds()
    {
        var memory = new TestBudget();
        await using var pair = await ConnectAsync(listenerMemory: memory);
        var reading = pair.Listener.ReadAsync(Token).AsTask();
        Assert.Equal(0, memory.Reserved);

        for (var i = 0; i < 3; i++)
        {
            await pair.Dialer.SendPlainAsync("hello"u8.ToArray(), Token);
            Assert.Equal("hello"u8.ToArray(), (await reading).ToArray());
            Assert.InRange(memory.Reserved, 32 * 1024, 512 * 1024);

            reading = pair.Listener.ReadAsync(Token).AsTask();
            Assert.False(reading.IsCompleted);
            Assert.Equal(0, memory.Reserved);
        }

        await pair.Dialer.SendPlainAsync("hello"u8.ToArray(), Token);
        await reading;
        await pair.Listener.DisposeAsync();
        Assert.Equal(0, memory.Reserved);
    }

    [Fact]
    public async Task Channel_NoMemoryForWhatComes_EndsWithTheReason()
    {
        var memory = new TestBudget(16 * 1024);
        await using var pair = await ConnectAsync(listenerMemory: memory);
        var reading = pair.Listener.ReadAsync(Token).AsTask();
        var answer = pair.Dialer.ReadAsync(Token).AsTask();

        await pair.Dialer.SendPlainAsync("hello"u8.ToArray(), Token);

        var failure = await Assert.ThrowsAsync<ConnectionClosedException>(() => reading);
        var reason = Assert.IsType<ResourceLimitExceededException>(failure.InnerException);
        Assert.Equal(("connection", "memory"), (reason.Scope, reason.Resource));
        await Assert.ThrowsAsync<ConnectionClosedException>(() => pair.Listener.ReadAsync(Token).AsTask());
        await Assert.ThrowsAsync<ConnectionClosedException>(() => answer);
        Assert.Equal((0, 0), (memory.Reserved, memory.Peak));
    }

    [Fact]
    public async Task Abort_WhileTheOtherSideReads_FailsBoth()
    {
        await using var pair = await ConnectAsync();
        var reading = pair.Dialer.ReadAsync(Token).AsTask();

        pair.Listener.Abort();
        pair.Listener.Abort();

        await Assert.ThrowsAsync<ConnectionClosedException>(() => reading);
        await Assert.ThrowsAsync<ConnectionClosedException>(() => pair.Listener.ReadAsync(Token).AsTask());
    }

    [Fact]
    public async Task DisposeAsync_WhileReading_EndsTheRead()
    {
        await using var pair = await ConnectAsync();
        var reading = pair.Dialer.ReadAsync(Token).AsTask();

        await pair.Dialer.DisposeAsync();
        await pair.Dialer.DisposeAsync();

        await Assert.ThrowsAsync<ConnectionClosedException>(() => reading);
        await Assert.ThrowsAsync<ConnectionClosedException>(() => pair.Dialer.ReadAsync(Token).AsTask());
        await Assert.ThrowsAsync<ConnectionClosedException>(() => pair.Dialer.SendPlainAsync("x"u8.ToArray(), Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SecureAsync_SilentPeer_EndsWithTheToken(bool dialing)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var (near, far) = DuplexConnection.CreatePair();
        var securing = dialing ? Dialer.SecureAsync(near, null, [], source.Token).AsTask() : Listener.SecureAsync(far, null, [], source.Token).AsTask();
        Assert.False(securing.IsCompleted);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => securing);
        await AssertAbortedAsync(dialing ? far : near);
    }

    /// <summary>A peer that gives a byte now and then holds a handshake open only as long as the token lets it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SecureAsync_SlowPeer_EndsWithTheToken(bool dialing)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var (near, far) = DuplexConnection.CreatePair();
        var (own, peer) = dialing ? (near, far) : (far, near);
        var securing = (dialing ? Dialer : Listener).SecureAsync(own, null, [], source.Token).AsTask();
        foreach (var slow in await RecordFirstBytesAsync(dialing))
        {
            await peer.WriteAsync(new[] { slow }, Token);
            Assert.False(securing.IsCompleted);
        }

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => securing);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SecureAsync_PeerThatCloses_Fails(bool dialing)
    {
        var first = await RecordFirstBytesAsync(dialing);
        for (var bytes = 0; bytes <= first.Length; bytes += bytes < 8 ? 1 : 7)
        {
            var (near, far) = DuplexConnection.CreatePair();
            var (own, peer) = dialing ? (near, far) : (far, near);
            var securing = (dialing ? Dialer : Listener).SecureAsync(own, null, [], Token).AsTask();
            await peer.WriteAsync(first.AsMemory(0, bytes), Token);
            await peer.CompleteWritesAsync(Token);

            var failure = await Assert.ThrowsAsync<SecurityHandshakeException>(() => securing);
            Assert.Equal(Dialer.Id, failure.Protocol);
            await AssertAbortedAsync(peer);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SecureAsync_Garbage_Fails(bool dialing)
    {
        foreach (var garbage in (byte[][])[new byte[2000], Filled(70_000, 0xff), "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), .. Enumerable.Range(1, 20).Select(seed => Noise(seed))])
        {
            var (near, far) = DuplexConnection.CreatePair();
            var (own, peer) = dialing ? (near, far) : (far, near);
            var securing = (dialing ? Dialer : Listener).SecureAsync(own, null, [], Token).AsTask();
            await peer.WriteAsync(garbage, Token);
            await peer.CompleteWritesAsync(Token);

            await Assert.ThrowsAsync<SecurityHandshakeException>(() => securing);
        }

        static byte[] Filled(int bytes, byte value) => [.. Enumerable.Repeat(value, bytes)];

        static byte[] Noise(int seed)
        {
            var bytes = new byte[3000];
            new Random(seed).NextBytes(bytes);
            return bytes;
        }
    }

    /// <summary>Whatever bit of the handshake is turned, the two do not end up with a channel between them.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SecureAsync_TamperedHandshake_GivesNoChannel(bool tamperDialer)
    {
        var random = new Random(7);
        for (var attempt = 0; attempt < Soak.Count(20, 500); attempt++)
        {
            var (near, far) = DuplexConnection.CreatePair();
            var at = random.Next(HandshakeBytes);
            var bit = (byte)(1 << random.Next(8));
            var done = false;
            (tamperDialer ? near : far).Tamper = (bytes, offset) =>
            {
                var place = at - offset;
                if (place < 0 || place >= bytes.Length)
                    return;
                bytes.Span[(int)place] ^= bit;
                done = true;
            };
            using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var both = Task.WhenAll(TryExchangeAsync(Dialer, near, source.Token), TryExchangeAsync(Listener, far, source.Token));
            // A length that became larger makes both sides wait for ever.
            while (!both.IsCompleted)
            {
                if (DuplexConnection.AreBothWaiting(near, far))
                    await source.CancelAsync();
                await Task.Yield();
            }

            var ended = await both;
            Assert.True(!done || !(ended[0] && ended[1]), $"Bit {bit} of byte {at} was turned, and nobody noticed.");
        }

        static async Task<bool> TryExchangeAsync(ISecurityProtocol protocol, DuplexConnection connection, CancellationToken token)
        {
            try
            {
                await using var channel = await protocol.SecureAsync(connection, null, [], token);
                await channel.SendPlainAsync("x"u8.ToArray(), token);
                await channel.CompleteWritesAsync(token);
                return (await channel.ReadPlainAsync(token)).Length == 1;
            }
            catch (Exception e) when (e is Libp2pException or OperationCanceledException)
            {
                await connection.DisposeAsync();
                return false;
            }
        }
    }

    public void Dispose()
    {
        (_dialer as IDisposable)?.Dispose();
        (_listener as IDisposable)?.Dispose();
        _dialerKey.Dispose();
        _listenerKey.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A protocol for one peer.</summary>
    private protected abstract ISecurityProtocol Create(PrivateKey identity);

    /// <summary>How many bytes a side sends at least in its part of the handshake.</summary>
    private protected abstract int HandshakeBytes { get; }

    private ISecurityProtocol? _dialer;
    private ISecurityProtocol? _listener;

    private protected ISecurityProtocol Dialer => _dialer ??= Create(_dialerKey);

    private protected ISecurityProtocol Listener => _listener ??= Create(_listenerKey);

    private protected Task<SecurePair> ConnectAsync(int capacity = DuplexConnection.DefaultCapacity, TestBudget? listenerMemory = null) =>
        SecurePair.CreateAsync(Dialer, Listener, _listenerKey.PublicKey, capacity, listenerMemory);

    private protected async Task<(string? Dialer, string? Listener)> AgreeAsync(string[] dialer, string[] listener)
    {
        var (near, far) = DuplexConnection.CreatePair();
        var accepting = Listener.SecureAsync(far, null, listener, Token).AsTask();
        var dialing = Dialer.SecureAsync(near, null, dialer, Token).AsTask();
        await Task.WhenAll(dialing, accepting);
        await using var ours = await dialing;
        await using var theirs = await accepting;
        return (ours.Session.Muxer, theirs.Session.Muxer);
    }

    private static async Task SendAsync(ISecureChannel channel, byte[] frames) => await channel.SendAsync(frames, Token);

    /// <summary>A part of the first message of an honest peer.</summary>
    private async Task<byte[]> RecordFirstBytesAsync(bool ofTheListener)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var (near, far) = DuplexConnection.CreatePair();
        var dialing = Dialer.SecureAsync(near, null, [], source.Token).AsTask();
        var bytes = new byte[20];
        if (ofTheListener)
        {
            var (other, listening) = DuplexConnection.CreatePair();
            var accepting = Listener.SecureAsync(listening, null, [], source.Token).AsTask();
            var hello = new byte[4000];
            await other.WriteAsync(hello.AsMemory(0, await far.ReadAsync(hello, Token)), Token);
            Assert.True(await other.TryReadExactlyAsync(bytes, Token));
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting);
        }
        else
        {
            Assert.True(await far.TryReadExactlyAsync(bytes, Token));
            await source.CancelAsync();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialing);
        return bytes;
    }

    /// <summary>The handshake fails, or seems to succeed on a connection that has ended, as the last message of a handshake has no answer.</summary>
    private static async Task AssertFailsAsync(Task<ISecureChannel> securing)
    {
        try
        {
            await using var channel = await securing;
            await Assert.ThrowsAsync<ConnectionClosedException>(() => channel.ReadAsync(Token).AsTask());
        }
        catch (SecurityHandshakeException)
        {
        }
    }

    private static async Task AssertAbortedAsync(DuplexConnection peer)
    {
        var buffer = new byte[4096];
        await Assert.ThrowsAsync<ConnectionClosedException>(async () =>
        {
            while (await peer.ReadAsync(buffer, Token) > 0)
                continue;
        });
    }
}
