using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Negotiation;
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
    public async Task Resets_OfOneStream_EndTheConnection() => await AssertFloodEndsAsync(
        20_000, i => [new(YamuxFrameType.WindowUpdate, i == 0 ? YamuxFlags.Syn : YamuxFlags.Rst, 1, 0)]);

    public static TheoryData<string, byte[]> BadFrames => new()
    {
        { "unknown version", [1, .. Frame(YamuxFrameType.Ping, YamuxFlags.Syn, 0, 0).AsSpan(1)] },
        { "SYN with bytes over the window", Frame(YamuxFrameType.Data, YamuxFlags.Syn, 1, YamuxOptions.InitialWindowBytes + 1) },
        { "window overflow", [.. Frame(YamuxFrameType.Data, YamuxFlags.Syn, 1, 1), MultistreamCodec.Header[0], .. Frame(YamuxFrameType.Data, YamuxFlags.None, 1, YamuxOptions.InitialWindowBytes)] },
        { "more credit than there can be", [.. Frame(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1, uint.MaxValue), .. Frame(YamuxFrameType.WindowUpdate, YamuxFlags.None, 1, uint.MaxValue)] },
        { "wrong stream parity", Frame(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 2, 0) },
        { "stream that never was", Frame(YamuxFrameType.Data, YamuxFlags.None, 77, 5) },
        { "oversized frame", [.. Frame(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1, 0), .. Frame(YamuxFrameType.Data, YamuxFlags.None, 1, uint.MaxValue)] },
    };

    [Theory]
    [MemberData(nameof(BadFrames))]
    public async Task Frames_AgainstTheProtocol_EndTheConnection(string what, byte[] frames)
    {
        Assert.NotEmpty(what);
        await AssertEndsAsync(YamuxGoAwayCode.ProtocolError, attacker => attacker.SendAsync(frames));
    }

    [Fact]
    public Task Frames_WithAWrongNonce_EndTheConnection() => AssertEndsAsync(null, async attacker =>
    {
        attacker.SkipANonce();
        await attacker.SendAsync(Frame(YamuxFrameType.Ping, YamuxFlags.Syn, 0, 1));
    });

    [Theory]
    [InlineData(5)]
    [InlineData(YamuxHeader.Bytes)]
    [InlineData(YamuxHeader.Bytes + 10)]
    public Task Frames_Truncated_EndTheConnection(int bytes) => AssertEndsAsync(null, async attacker =>
    {
        byte[] frame = [.. Frame(YamuxFrameType.Data, YamuxFlags.Syn, 1, 1000), .. new byte[1000]];
        await attacker.SendAsync(frame[..bytes]);
        await attacker.CompleteAsync();
    });

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

    private static byte[] Frame(YamuxFrameType type, YamuxFlags flags, uint streamId, uint length)
    {
        var bytes = new byte[YamuxHeader.Bytes];
        new YamuxHeader(type, flags, streamId, length).Write(bytes);
        return bytes;
    }

    private static Task AssertFloodEndsAsync(int rounds, Func<uint, YamuxHeader[]> frames) =>
        AssertEndsAsync(YamuxGoAwayCode.ProtocolError, attacker => Task.Run(() => attacker.FloodAsync(rounds, frames), Cancellation));

    private static async Task AssertEndsAsync(YamuxGoAwayCode? code, Func<FrameAttacker, Task> attack)
    {
        await using var scene = await HostileScene.StartAsync();
        await using var attacker = await scene.FramesAsync();
        await scene.ServeWhileAsync(attack(attacker));
        Assert.Equal(code, await attacker.Ended.WaitAsync(HostileScene.Patience, Cancellation));
        await scene.AssertNothingIsLeftAsync();
    }
}
