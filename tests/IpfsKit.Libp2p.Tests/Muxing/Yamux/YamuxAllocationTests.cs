using System.Runtime.CompilerServices;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Security.Tls;
using IpfsKit.Libp2p.Tests.Conformance;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Muxing.Yamux;

/// <summary>Frames do not allocate once a connection is warm.</summary>
[Collection(nameof(YamuxAllocationTests))]
[CollectionDefinition(nameof(YamuxAllocationTests), DisableParallelization = true)]
public sealed class YamuxAllocationTests
{
    private static CancellationToken Cancel => CancellationToken.None;

#if DEBUG
    public static bool IsOptimized => false;
#else
    public static bool IsOptimized => true;
#endif

    [Theory(Skip = "Without optimization the compiler makes each async call an object, and how many there are depends on how reads fall: run it in Release.", SkipUnless = nameof(IsOptimized))]
    [InlineData("noise", 64, 2000)]
    [InlineData("noise", 16 * 1024, 2000)]
    [InlineData("noise", 128 * 1024, 200)]
    [InlineData("tls", 64, 2000)]
    [InlineData("tls", 16 * 1024, 2000)]
    [InlineData("tls", 128 * 1024, 200)]
    public async Task Exchange_Warm_AllocatesNothingPerFrame(string security, int bytes, int rounds)
    {
        await using var pair = MuxedPair.Create(TestYamux.CreateMuxer(), await CreateChannelsAsync(key => security == "noise" ? new NoiseProtocol(key) : new TlsProtocol(key)));
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        var (block, buffer) = (new byte[bytes], new byte[bytes]);
        await ExchangeAsync(ours, theirs, block, buffer, rounds);
        var least = long.MaxValue;
        // What runs beside it (tiered compilation, timers of the test host) allocates too; not in every attempt.
        for (var i = 0; i < 10 && least > rounds; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await ExchangeAsync(ours, theirs, block, buffer, rounds);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        // Less than a byte in a round, of two frames at least.
        TestContext.Current.TestOutputHelper?.WriteLine($"{(double)least / rounds} bytes in a round");
        Assert.True(least <= rounds, $"{least} bytes in {rounds} rounds");
    }

    // What a node uses, since doubles allocate.
    private static async Task<(ISecureChannel Dialer, ISecureChannel Listener)> CreateChannelsAsync(Func<PrivateKey, ISecurityProtocol> create)
    {
        var transport = new TcpTransport(new TcpOptions(), TimeProvider.System);
        await using var listener = await transport.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), Cancel);
        var accept = listener.AcceptAsync(Cancel).AsTask();
        var dialed = await transport.DialAsync(listener.Address, Cancel);
        using var ourKey = PrivateKey.Generate();
        using var theirKey = PrivateKey.Generate();
        var (ours, theirs) = (create(ourKey), create(theirKey));
        using var ourKeys = (IDisposable)ours;
        using var theirKeys = (IDisposable)theirs;
        var secured = theirs.SecureAsync((await accept)!, null, [], Cancel).AsTask();
        return (await ours.SecureAsync(dialed, null, [], Cancel), await secured);
    }

    private static async Task ExchangeAsync(IMuxedStream ours, IMuxedStream theirs, byte[] block, byte[] buffer, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            await SendAsync(ours, theirs, block, buffer);
            await SendAsync(theirs, ours, block, buffer);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask SendAsync(IMuxedStream from, IMuxedStream to, byte[] block, byte[] buffer)
    {
        await from.WriteAsync(block, Cancel);
        for (var left = block.Length; left > 0;)
            left -= await to.ReadAsync(buffer, Cancel);
    }
}
