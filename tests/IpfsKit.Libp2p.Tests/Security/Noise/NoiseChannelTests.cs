using System.Buffers;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Security.Noise;

public sealed class NoiseChannelTests : IAsyncDisposable
{
    private readonly CountingPool _pool = new();
    private readonly TestBudget _memory = new();
    private readonly PrivateKey _identity = PrivateKey.Generate();
    private readonly DuplexConnection _near;
    private readonly DuplexConnection _far;
    private readonly NoiseChannel _sender;
    private readonly NoiseChannel _receiver;

    public NoiseChannelTests()
    {
        (_near, _far) = DuplexConnection.CreatePair(4 << 20);
        (_sender, _receiver) = (Create(_near, 1, 2), Create(_far, 2, 1));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Nothing waits here, so that all of it runs on this thread.</summary>
    [Fact]
    public async Task ReadAsync_SteadyStream_AllocatesNothing()
    {
        var frame = new byte[2 + 4096 + 16];
        await ExchangeAsync(frame, 2000);
        var before = GC.GetAllocatedBytesForCurrentThread();

        await ExchangeAsync(frame, 10_000);

        // A hundredth of a frame: what is not optimized has a state machine for every receive of many frames.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 10_000, 0, 40);
    }

    [Fact]
    public async Task ReadAsync_Idle_HoldsNoBuffer()
    {
        var reading = _receiver.ReadAsync(Token).AsTask();
        Assert.Equal(0, _pool.Held);

        await _sender.SendPlainAsync("hello"u8.ToArray(), Token);
        Assert.Equal("hello"u8.ToArray(), (await reading).ToArray());
        Assert.Equal((NoiseChannel.SmallBufferBytes, NoiseChannel.SmallBufferBytes), (_pool.Held, _memory.Reserved));

        reading = _receiver.ReadAsync(Token).AsTask();
        Assert.False(reading.IsCompleted);
        Assert.Equal((0, 0), (_pool.Held, _memory.Reserved));
        Assert.False(_receiver.HoldsBuffer);
    }

    [Fact]
    public async Task ReadAsync_PartOfAFrame_HoldsWhatCameOfIt()
    {
        var frame = _sender.Seal(new byte[60_000]);
        var reading = _receiver.ReadAsync(Token).AsTask();
        foreach (var (from, to, most) in ((int, int, int)[])[(0, 1, 4096), (1, 100, 4096), (100, 30_000, 65_536)])
        {
            await _near.WriteAsync(frame.AsMemory(from, to - from), Token);
            // The read goes on by itself; it is done with what came once it waits again.
            await Eventually.TrueAsync(
                $"of {to} bytes at most {most} are held", () => Task.FromResult(_far.WaitsWithBuffer is false && _pool.Held <= most && _pool.Held >= to && _pool.Held == _memory.Reserved), TimeSpan.FromSeconds(30), Token);
        }

        await _near.WriteAsync(frame.AsMemory(30_000), Token);
        Assert.Equal(60_000, (await reading).Length);
    }

    [Fact]
    public async Task ReadAsync_MuchAtOnce_UsesTheLargeBuffer()
    {
        var frame = new byte[2 + NoiseConstants.MaxPlainBytes + 16];
        for (var i = 0; i < 20; i++)
        {
            _sender.Sealer.Seal(frame);
            await _sender.SendAsync(frame, Token);
        }

        var most = 0;
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(NoiseConstants.MaxPlainBytes, (await _receiver.ReadAsync(Token)).Length);
            most = Math.Max(most, _pool.Held);
            Assert.Equal(_pool.Held, _memory.Reserved);
        }

        Assert.Equal(NoiseChannel.LargeBufferBytes, most);
        await _receiver.DisposeAsync();
        Assert.Equal(0, _pool.Held);
    }

    /// <summary>The larger buffer only makes it faster.</summary>
    [Fact]
    public async Task ReadAsync_NoMemoryForTheLargeBuffer_GoesOnWithTheSmallOne()
    {
        // Three fifths of it are less than the large one.
        var memory = new TestBudget(NoiseChannel.LargeBufferBytes);
        await using var receiver = Create(_far, 2, 1, memory);
        var frame = new byte[2 + NoiseConstants.MaxPlainBytes + 16];
        for (var i = 0; i < 20; i++)
        {
            _sender.Sealer.Seal(frame);
            await _sender.SendAsync(frame, Token);
        }

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(NoiseConstants.MaxPlainBytes, (await receiver.ReadAsync(Token)).Length);
            Assert.Equal(NoiseChannel.SmallBufferBytes, _pool.Held);
        }

        Assert.Equal(NoiseChannel.SmallBufferBytes, memory.Peak);
        await receiver.DisposeAsync();
        Assert.Equal(0, memory.Reserved);
    }

    [Fact]
    public async Task ReadAsync_EmptyFrames_AreNoEnd()
    {
        await _sender.SendPlainAsync(ReadOnlyMemory<byte>.Empty, Token);
        await _sender.SendPlainAsync(ReadOnlyMemory<byte>.Empty, Token);
        await _sender.SendPlainAsync("x"u8.ToArray(), Token);

        Assert.Equal("x"u8.ToArray(), (await _receiver.ReadAsync(Token)).ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    public async Task ReadAsync_FrameWithoutRoomForATag_EndsTheChannel(byte length)
    {
        await _near.WriteAsync((byte[])[0, length, .. new byte[20]], Token);

        await Assert.ThrowsAsync<ConnectionClosedException>(() => _receiver.ReadAsync(Token).AsTask());
        Assert.Equal(0, _pool.Held);
    }

    /// <summary>A frame that came before is another one, with another nonce.</summary>
    [Fact]
    public async Task ReadAsync_FrameSentTwice_EndsTheChannel()
    {
        var frame = _sender.Seal("pay"u8);
        await _near.WriteAsync(frame, Token);
        Assert.Equal("pay"u8.ToArray(), (await _receiver.ReadAsync(Token)).ToArray());
        await _near.WriteAsync(frame, Token);

        await Assert.ThrowsAsync<ConnectionClosedException>(() => _receiver.ReadAsync(Token).AsTask());
    }

    [Fact]
    public async Task ReadAsync_FramesInAnotherOrder_EndTheChannel()
    {
        var first = _sender.Seal("1"u8);
        await _near.WriteAsync(_sender.Seal("2"u8), Token);
        await _near.WriteAsync(first, Token);

        await Assert.ThrowsAsync<ConnectionClosedException>(() => _receiver.ReadAsync(Token).AsTask());
    }

    [Fact]
    public void Seal_AfterTheLastNonce_EndsTheChannel()
    {
        using var cipher = new NoiseCipher(new byte[32], ulong.MaxValue - 1);
        var sealer = new NoiseSealer(cipher);
        sealer.Seal(new byte[20]);

        Assert.Throws<ConnectionClosedException>(() => sealer.Seal(new byte[20]));
        Assert.Throws<ConnectionClosedException>(() => sealer.Seal(new byte[20]));
    }

    [Fact]
    public async Task ReadAsync_AfterTheLastNonce_EndsTheChannel()
    {
        using var cipher = new NoiseCipher(Key(2), ulong.MaxValue);
        await using var receiver = new NoiseChannel(_far, Session(_far), new NoiseCipher(Key(1)), cipher, _memory, _pool);
        await _sender.SendPlainAsync("x"u8.ToArray(), Token);

        Assert.Contains("nonces", (await Assert.ThrowsAsync<ConnectionClosedException>(() => receiver.ReadAsync(Token).AsTask())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(65_538)]
    public void Seal_FrameOfNoPossibleLength_IsTheCallersMistake(int bytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _sender.Sealer.Seal(new byte[bytes]));

    [Fact]
    public async Task ReadAsync_TwoAtOnce_IsTheCallersMistake()
    {
        var reading = _receiver.ReadAsync(Token).AsTask();

        await Assert.ThrowsAsync<InvalidOperationException>(() => _receiver.ReadAsync(Token).AsTask());
        await _sender.SendPlainAsync("x"u8.ToArray(), Token);
        Assert.Equal(1, (await reading).Length);
    }

    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        await _receiver.DisposeAsync();
        Assert.Equal((0, 0), (_pool.Held, _memory.Reserved));
        _identity.Dispose();
    }

    private async Task ExchangeAsync(byte[] frame, int frames)
    {
        for (var i = 0; i < frames; i += 50)
        {
            for (var j = 0; j < 50; j++)
            {
                _sender.Sealer.Seal(frame);
                await _sender.SendAsync(frame, default);
            }

            for (var j = 0; j < 50; j++)
            {
                if ((await _receiver.ReadAsync(default)).Length != 4096)
                    Assert.Fail("It is another frame."); // Assert.Equal allocates.
            }
        }
    }

    private NoiseChannel Create(DuplexConnection connection, byte send, byte receive, TestBudget? memory = null) =>
        new(connection, Session(connection), new NoiseCipher(Key(send)), new NoiseCipher(Key(receive)), memory ?? _memory, _pool);

    private SecureSession Session(DuplexConnection connection) => new(NoiseProtocol.ProtocolId, _identity.PublicKey, connection, null);

    private static byte[] Key(byte number) => [.. Enumerable.Repeat(number, 32)];

    /// <summary>Knows what is rented.</summary>
    private sealed class CountingPool : ArrayPool<byte>
    {
        private int _held;

        public int Held => Volatile.Read(ref _held);

        public override byte[] Rent(int minimumLength)
        {
            var array = Shared.Rent(minimumLength);
            Interlocked.Add(ref _held, array.Length);
            return array;
        }

        public override void Return(byte[] array, bool clearArray = false)
        {
            Interlocked.Add(ref _held, -array.Length);
            Shared.Return(array, clearArray);
        }
    }
}
