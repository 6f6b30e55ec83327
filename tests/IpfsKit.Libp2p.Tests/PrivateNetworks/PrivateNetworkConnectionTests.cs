using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.PrivateNetworks;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.Libp2p.Transports;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace IpfsKit.Libp2p.Tests.PrivateNetworks;

public sealed class PrivateNetworkConnectionTests : IDisposable
{
    private readonly PrivateNetworkKey _key = PrivateNetworkKey.Generate();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connection_BothWays_CarriesBytes()
    {
        var (near, far) = await ConnectAsync(_key, _key);
        var up = new byte[300_000];
        Random.Shared.NextBytes(up);
        byte[] before = [.. up];

        var writing = near.WriteAsync(up, Token).AsTask();
        var read = new byte[up.Length];
        Assert.True(await far.TryReadExactlyAsync(read, Token));
        await writing;
        Assert.Equal(before, read);
        Assert.Equal(before, up);

        await far.WriteAsync("answer"u8.ToArray(), Token);
        Assert.True(await near.TryReadExactlyAsync(read.AsMemory(0, 6), Token));
        Assert.Equal("answer"u8.ToArray(), read[..6]);
        await near.CompleteWritesAsync(Token);
        Assert.Equal(0, await far.ReadAsync(read, Token));
        Assert.Equal(0, await far.ReadAsync(Memory<byte>.Empty, Token));
    }

    /// <summary>As the spec writes it down, with a cipher that is not ours.</summary>
    [Fact]
    public async Task Connection_OnTheWire_IsANonceAndTheStream()
    {
        var (near, far) = DuplexConnection.CreatePair();
        var connection = await _key.ProtectAsync(near, Token);
        await connection.WriteAsync("hello"u8.ToArray(), Token);
        await connection.WriteAsync(" world"u8.ToArray(), Token);
        var wire = new byte[24 + 11];
        Assert.True(await far.TryReadExactlyAsync(wire, Token));

        var engine = new XSalsa20Engine();
        engine.Init(false, new ParametersWithIV(new KeyParameter(Convert.FromHexString(_key.Export().Split('\n')[2])), wire[..24]));
        var plain = new byte[11];
        engine.ProcessBytes(wire.AsSpan(24), plain);
        Assert.Equal("hello world"u8.ToArray(), plain);
    }

    [Fact]
    public async Task Connection_TwoOfOneKey_HaveTheirOwnNonces()
    {
        var (near, far) = DuplexConnection.CreatePair();
        await using var one = await _key.ProtectAsync(near, Token);
        await using var other = await _key.ProtectAsync(far, Token);
        var (first, second) = (new byte[24], new byte[24]);
        Assert.True(await far.TryReadExactlyAsync(first, Token));
        Assert.True(await near.TryReadExactlyAsync(second, Token));

        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task Connection_OneByteAtATime_Works()
    {
        var (near, far) = DuplexConnection.CreatePair();
        var sender = await _key.ProtectAsync(near, Token);
        var receiver = await _key.ProtectAsync(new DribblingConnection(far), Token);
        await sender.WriteAsync("hello"u8.ToArray(), Token);
        var read = new byte[5];

        Assert.True(await receiver.TryReadExactlyAsync(read, Token));
        Assert.Equal("hello"u8.ToArray(), read);
    }

    [Fact]
    public async Task Connection_Idle_WaitsWithoutABuffer()
    {
        var (near, far) = DuplexConnection.CreatePair();
        var sender = await _key.ProtectAsync(near, Token);
        var receiver = await _key.ProtectAsync(far, Token);
        var reading = receiver.ReadAsync(Memory<byte>.Empty, Token).AsTask();
        Assert.False(far.WaitsWithBuffer);

        await sender.WriteAsync("x"u8.ToArray(), Token);
        Assert.Equal(0, await reading);
        Assert.Equal(1, await receiver.ReadAsync(new byte[10], Token));
    }

    [Fact]
    public async Task Connection_CutWithinTheNonce_Fails()
    {
        var (near, far) = DuplexConnection.CreatePair();
        var receiver = await _key.ProtectAsync(far, Token);
        await near.WriteAsync(new byte[23], Token);
        await near.CompleteWritesAsync(Token);

        await Assert.ThrowsAsync<ConnectionClosedException>(() => receiver.ReadAsync(new byte[1], Token).AsTask());
    }

    [Fact]
    public async Task Connection_AnotherKey_IsNoiseToTheSecurityProtocol()
    {
        using var other = PrivateNetworkKey.Generate();
        using var identity = PrivateKey.Generate();
        using var noise = new NoiseProtocol(identity);
        var (near, far) = DuplexConnection.CreatePair();
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var both = Task.WhenAll(
            noise.SecureAsync(await _key.ProtectAsync(near, Token), null, [], source.Token).AsTask(),
            noise.SecureAsync(await other.ProtectAsync(far, Token), null, [], source.Token).AsTask());

        // The length of the first message is two bytes of noise: too long, too short, or, rarely, longer than what comes.
        while (!both.IsCompleted)
        {
            if (DuplexConnection.AreBothWaiting(near, far))
                await source.CancelAsync();
            await Task.Yield();
        }

        Assert.NotNull(await Record.ExceptionAsync(() => both));
        Assert.False(both.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Connection_SteadyStream_AllocatesNothingPerRead()
    {
        var (near, far) = await ConnectAsync(_key, _key);
        var buffer = new byte[16 * 1024];
        await ExchangeAsync(200);
        var before = GC.GetAllocatedBytesForCurrentThread();

        await ExchangeAsync(2000);

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 2000, 0, 400); // Debug builds have a state machine for each write.

        async Task ExchangeAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                await near.WriteAsync(buffer, default);
                if (await far.ReadAsync(buffer, default) != buffer.Length)
                    Assert.Fail("It is another read.");
            }
        }
    }

    public void Dispose() => _key.Dispose();

    private static async Task<(IRawConnection Near, IRawConnection Far)> ConnectAsync(PrivateNetworkKey one, PrivateNetworkKey other)
    {
        var (near, far) = DuplexConnection.CreatePair(100_000);
        return (await one.ProtectAsync(near, Token), await other.ProtectAsync(far, Token));
    }
}
