using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Muxing.Yamux;

/// <summary>A dialer that sends any frames it likes to a connection of ours.</summary>
internal sealed class FramePeer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DuplexConnection _connection;

    private int _refusals;

    private FramePeer(DuplexConnection connection, DuplexConnection victim, TestBudget memory, YamuxOptions? options, TimeProvider? timeProvider)
    {
        (_connection, Memory) = (connection, memory);
        var muxer = TestYamux.CreateMuxer(options, timeProvider, () => Interlocked.Increment(ref _refusals));
        Victim = (YamuxConnection)muxer.Multiplex(PlainChannel.Create(victim), memory);
    }

    /// <summary>Our end, a listener.</summary>
    public YamuxConnection Victim { get; }

    public TestBudget Memory { get; }

    public DuplexConnection Connection => _connection;

    /// <summary>The streams that our end has refused and counted.</summary>
    public int Refusals => Volatile.Read(ref _refusals);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static FramePeer Create(YamuxOptions? options = null, TimeProvider? timeProvider = null, TestBudget? memory = null, int capacity = DuplexConnection.DefaultCapacity)
    {
        var (dialer, listener) = DuplexConnection.CreatePair(capacity);
        return new FramePeer(dialer, listener, memory ?? new TestBudget(), options, timeProvider);
    }

    public ValueTask SendAsync(YamuxFrameType type, YamuxFlags flags, uint streamId, uint length) => SendAsync(type, flags, streamId, length, []);

    public ValueTask SendDataAsync(YamuxFlags flags, uint streamId, params byte[] bytes) => SendAsync(YamuxFrameType.Data, flags, streamId, (uint)bytes.Length, bytes);

    public async ValueTask SendAsync(YamuxFrameType type, YamuxFlags flags, uint streamId, uint length, byte[] bytes)
    {
        var frame = new byte[YamuxHeader.Bytes + bytes.Length];
        new YamuxHeader(type, flags, streamId, length).Write(frame);
        bytes.CopyTo(frame, YamuxHeader.Bytes);
        await _connection.WriteAsync(frame, Cancel);
    }

    /// <summary>Sends frames until our end has had enough.</summary>
    public async Task FloodAsync(uint rounds, Func<uint, YamuxHeader[]> frames)
    {
        try
        {
            for (uint i = 0; i < rounds; i++)
            {
                foreach (var header in frames(i))
                    await SendAsync(header.Type, header.Flags, header.StreamId, header.Length);
            }
        }
        catch (ConnectionClosedException)
        {
            // It has; what it said is still to be read.
        }
    }

    /// <summary>The next frame from our end that is no ping.</summary>
    public async Task<YamuxHeader> ReadAsync()
    {
        while (true)
        {
            var header = YamuxHeader.Read(await ReadExactlyAsync(YamuxHeader.Bytes));
            if (header.Type == YamuxFrameType.Data)
                await ReadExactlyAsync((int)header.Length);
            if (header.Type != YamuxFrameType.Ping)
                return header;
        }
    }

    /// <summary>Our end has ended the connection for what this side did, has told it so, and holds nothing any more.</summary>
    public async Task ExpectProtocolErrorAsync(string reason)
    {
        while (await ReadAsync() is var header)
        {
            if (header.Type != YamuxFrameType.GoAway)
                continue;
            Assert.Equal((uint)YamuxGoAwayCode.ProtocolError, header.Length);
            break;
        }

        var failure = Assert.IsType<ConnectionClosedException>(await Victim.Closed.WaitAsync(Patience, Cancel));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), (Victim.StreamCount, Memory.Reserved));
    }

    public Task ExpectStreamsAsync(int count) => Eventually.TrueAsync($"{count} streams", () => Task.FromResult(Victim.StreamCount == count), Patience, Cancel);

    public async ValueTask DisposeAsync()
    {
        await Victim.DisposeAsync();
        Assert.Equal((0, 0), (Victim.StreamCount, Memory.Reserved));
    }

    private async Task<byte[]> ReadExactlyAsync(int count)
    {
        var buffer = new byte[count];
        for (var have = 0; have < count;)
        {
            var read = await _connection.ReadAsync(buffer.AsMemory(have), Cancel).AsTask().WaitAsync(Patience, Cancel);
            Assert.NotEqual(0, read);
            have += read;
        }

        return buffer;
    }
}
