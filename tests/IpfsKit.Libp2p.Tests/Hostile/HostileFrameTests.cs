using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Hostile;

/// <summary>Floods of frames behind a handshake in order: the host ends the attacker's connection, and nobody else notices.</summary>
public sealed class HostileFrameTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Syns_TenThousand_EndTheConnection() =>
        await AssertFloodEndsAsync(10_000, i => [new(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1 + (2 * i), 0)]);

    [Fact]
    public async Task Syns_ResetAtOnce_EndTheConnection() => await AssertFloodEndsAsync(
        20_000, i => [new(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1 + (2 * i), 0), new(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 1 + (2 * i), 0)]);

    [Fact]
    public async Task Pings_TenThousand_EndTheConnection() => await AssertFloodEndsAsync(10_000, i => [new(YamuxFrameType.Ping, YamuxFlags.Syn, 0, i)]);

    [Fact]
    public async Task Streams_ThatNeverSayTheirProtocol_EndAtTheDeadline()
    {
        await using var scene = await HostileScene.StartAsync();
        await using var attacker = await scene.FramesAsync();
        await scene.ServeWhileAsync(attacker.FloodAsync(100, i => [new(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1 + (2 * i), 0)]));
        // A part of them is taken at a time, so that there is room for the streams of others.
        var resources = scene.Victim.Host.Parts.Resources;
        var share = Math.Max(StreamRouter.MinNegotiating, resources.Limits.Transient.StreamsInbound / 16);
        await Eventually.TrueAsync($"{share} streams are served", () => Task.FromResult(resources.Transient.Usage.StreamsInbound == share), HostileScene.Patience, Cancellation);
        await scene.AssertHonestIsServedAsync();
        await scene.AdvanceUntilAsync("the streams are reset, or the connection is dropped", () => scene.Victim.Host.Parts.Router.Running == 0 && scene.Usage.Streams == 0);
        await attacker.DisposeAsync();
        await scene.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Attackers_OneAfterAnother_LeaveNothing()
    {
        await using var scene = await HostileScene.StartAsync();
        await scene.ServeWhileAsync(Task.Run(
            async () =>
            {
                for (var n = 0; n < 20; n++)
                {
                    await using var attacker = await scene.FramesAsync();
                    await attacker.FloodAsync(3_000, i => [new(YamuxFrameType.Data, YamuxFlags.Syn, 1 + (2 * i), 0)]);
                    if (n % 2 == 0)
                        attacker.Abort();
                    await attacker.Ended.WaitAsync(HostileScene.Patience, Cancellation);
                }
            },
            Cancellation));
        await scene.AssertNothingIsLeftAsync();
    }

    private static async Task AssertFloodEndsAsync(int rounds, Func<uint, YamuxHeader[]> frames)
    {
        await using var scene = await HostileScene.StartAsync();
        await using var attacker = await scene.FramesAsync();
        await scene.ServeWhileAsync(Task.Run(() => attacker.FloodAsync(rounds, frames), Cancellation));
        Assert.Equal(YamuxGoAwayCode.ProtocolError, await attacker.Ended.WaitAsync(HostileScene.Patience, Cancellation));
        await scene.AssertNothingIsLeftAsync();
    }
}
