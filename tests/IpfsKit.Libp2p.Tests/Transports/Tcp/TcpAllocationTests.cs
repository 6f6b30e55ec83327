using IpfsKit.Libp2p.Tests.Conformance;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Transports.Tcp;

[Collection(nameof(Alone))]
public sealed class TcpAllocationTests
{
    private readonly TcpTransport _transport = new(new TcpOptions(), TimeProvider.System);

    [Fact]
    public async Task ReadsAndWrites_OverAndOver_AllocateNothing()
    {
        await using var pair = await ConnectionPair.ConnectAsync(_transport, Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"));
        var buffer = new byte[16 << 10];
        await RoundAsync(2_000);
        const int Rounds = 5_000;
        var perRound = double.MaxValue;
        // The whole process is measured: what earlier tests have left to run, timers and the compiler allocate too, but not in every attempt.
        for (var attempt = 0; attempt < 10 && perRound >= 1; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await RoundAsync(Rounds);
            perRound = Math.Min(perRound, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Rounds);
        }

        Assert.True(perRound < 16, $"{perRound} bytes were allocated for each write and read.");

        async Task RoundAsync(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                await pair.Dialer.WriteAsync(buffer, CancellationToken.None);
                for (var left = buffer.Length; left > 0;)
                    left -= await pair.Accepted.ReadAsync(buffer.AsMemory(0, left), CancellationToken.None);
            }
        }
    }
}
