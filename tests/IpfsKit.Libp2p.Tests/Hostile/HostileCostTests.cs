using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using IpfsKit.Libp2p.Muxing.Yamux;

namespace IpfsKit.Libp2p.Tests.Hostile;

/// <summary>What attacks cost, in exceptions: each one thrown costs as much as accepting a connection, and one that passes ten awaiting methods is thrown ten times. A flood of resets once threw 1,850 of them.</summary>
[Collection(nameof(Alone))]
public sealed class HostileCostTests
{
    // A few of the connection's end, and the attacker's own in this process.
    private const int MostOfAFlood = 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Dictionary<string, Func<uint, YamuxHeader[]>> Floods { get; } = new()
    {
        ["syns"] = i => [new(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1 + (2 * i), 0)],
        ["resets"] = i => [new(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1 + (2 * i), 0), new(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 1 + (2 * i), 0)],
        ["pings"] = i => [new(YamuxFrameType.Ping, YamuxFlags.Syn, 0, i)],
    };

    [Theory]
    [InlineData("syns")]
    [InlineData("resets")]
    [InlineData("pings")]
    public async Task Flood_AsAWhole_ThrowsFewExceptions(string name)
    {
        await using var scene = await HostileScene.StartAsync();
        await using var attacker = await scene.FramesAsync();
        using var thrown = new Exceptions();
        await attacker.FloodAsync(10_000, Floods[name]);
        await attacker.Ended.WaitAsync(HostileScene.Patience, Cancellation);
        await scene.AssertOnlyTheHonestPeerIsLeftAsync();
        Assert.InRange(thrown.Count, 0, MostOfAFlood);
    }

    [Fact]
    public async Task Noise_OnConnections_ThrowsNothing()
    {
        const int Connections = 100;
        // Lines that are too long, of which the rest does not come, and that are none.
        byte[][] openings = [[0xff, 0xff, 0xff, 0x7f], [0x20, 1, 2, 3], [0], [4, 1, 2, 3, 4], .. Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetBytes(4096))];
        await using var scene = await HostileScene.StartAsync();
        using var thrown = new Exceptions();
        for (var i = 0; i < Connections; i++)
        {
            await using var attacker = await scene.DialAsync();
            try
            {
                await attacker.WriteAsync(openings[i % openings.Length], Cancellation);
                await attacker.CompleteWritesAsync(Cancellation);
                while (await attacker.ReadAsync(new byte[64], Cancellation) > 0)
                {
                    // To the end.
                }
            }
            catch (ConnectionClosedException)
            {
                // The host has dropped it: the attacker's own, at most three times as often as it does something.
            }
        }

        await scene.AssertOnlyTheHonestPeerIsLeftAsync();
        Assert.Equal(0, thrown.OfTheHost);
    }

    /// <summary>Counts the exceptions of this process.</summary>
    private sealed class Exceptions : IDisposable
    {
        private int _count;
        private int _ofTheHost;

        public Exceptions() => AppDomain.CurrentDomain.FirstChanceException += OnThrown;

        public int Count => Volatile.Read(ref _count);

        /// <summary>Those of negotiations and upgrades, which only the host makes in these tests.</summary>
        public int OfTheHost => Volatile.Read(ref _ofTheHost);

        public void Dispose() => AppDomain.CurrentDomain.FirstChanceException -= OnThrown;

        private void OnThrown(object? sender, FirstChanceExceptionEventArgs e)
        {
            Interlocked.Increment(ref _count);
            if (e.Exception is NegotiationFailedException or FormatException or SecurityHandshakeException or ResourceLimitExceededException)
                Interlocked.Increment(ref _ofTheHost);
        }
    }
}
