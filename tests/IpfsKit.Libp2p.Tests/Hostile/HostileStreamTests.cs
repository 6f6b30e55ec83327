using System.Text;
using Google.Protobuf;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Protocols.Identify;
using IpfsKit.Libp2p.Protocols.Identify.Wire;
using IpfsKit.Libp2p.Protocols.Ping;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Hostile;

/// <summary>Peers that misuse the host's protocols, or take what it writes slowly or not at all.</summary>
public sealed class HostileStreamTests
{
    private const string Firehose = "/firehose/1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pushes_Flood_TakesItsShareAndNoMore()
    {
        await using var scene = await HostileScene.StartAsync();
        await using var attacker = await scene.MultiplexAsync();
        var streams = Enumerable.Range(0, 200).Select(_ => HoldAsync(attacker, IdentifyProtocol.PushId)).ToArray();
        // Those that are served wait for a message that never comes: eight of a peer. The others are reset.
        await scene.ServeWhileAsync(Eventually.TrueAsync(
            "192 are refused", () => Task.FromResult(streams.Count(stream => stream.IsCompleted) == 192), HostileScene.Patience, Cancellation));
        await scene.AdvanceUntilAsync("the others end at the deadline", () => streams.All(stream => stream.IsCompleted));
        attacker.Abort();
        await scene.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Pushes_OneAfterAnother_AreReadAsOftenAsTheyMayCome()
    {
        await using var scene = await HostileScene.StartAsync();
        using var key = PrivateKey.Generate();
        await using var attacker = await scene.MultiplexAsync(key: key);
        var taken = 0;
        await scene.ServeWhileAsync(PushAsync());
        Assert.Equal(IdentifyProtocol.MaxPushes, taken);
        Assert.Equal([$"/push/{taken - 1}"], scene.Victim.Host.PeerStore.GetProtocols(key.PublicKey.PeerId));
        attacker.Abort();
        await scene.AssertNothingIsLeftAsync();

        async Task PushAsync()
        {
            for (var i = 0; i < 500; i++)
            {
                try
                {
                    await using var stream = await HostileScene.OpenAsync(attacker, IdentifyProtocol.PushId);
                    await stream.WriteLengthPrefixedAsync(new IdentifyMessage { Protocols = { $"/push/{i}" } }.ToByteArray(), Cancellation);
                    await stream.CompleteWritesAsync(Cancellation);
                    Assert.Empty(await stream.ReadToEndAsync(Cancellation));
                    taken++;
                }
                catch (StreamResetException) when (i >= IdentifyProtocol.MaxPushes)
                {
                    // Enough for this interval.
                }
            }
        }
    }

    [Theory]
    [InlineData("\x13/multistream/1.0.0\n\x81\x08")]
    [InlineData("\xff\xff\xff\xff\x0f")]
    [InlineData("\0")]
    public async Task Streams_WithLinesOverTheLimit_AreReset(string opening)
    {
        await using var scene = await HostileScene.StartAsync();
        await using var attacker = await scene.MultiplexAsync();
        await scene.ServeWhileAsync(AttackAsync());
        // The connection goes on.
        await (await HostileScene.OpenAsync(attacker, "/echo/1.0.0")).DisposeAsync();
        attacker.Abort();
        await scene.AssertNothingIsLeftAsync();

        async Task AttackAsync()
        {
            for (var i = 0; i < 100; i++)
            {
                await using var stream = await attacker.OpenStreamAsync(Cancellation);
                await stream.WriteAsync(Encoding.Latin1.GetBytes(opening), Cancellation);
                await Assert.ThrowsAsync<StreamResetException>(() => stream.ReadToEndAndFailAsync(Cancellation).WaitAsync(HostileScene.Patience, Cancellation));
            }
        }
    }

    [Fact]
    public async Task Pings_WhoseAnswersAreNotRead_EndAtTheDeadline()
    {
        await using var scene = await HostileScene.StartAsync();
        await using var attacker = await scene.MultiplexAsync();
        await using var stream = await HostileScene.OpenAsync(attacker, PingProtocol.Id);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        // More than the windows of both directions: the host's writes wait, and then this side's.
        var flood = stream.WriteAsync(new byte[2 << 20], giveUp.Token).AsTask();
        await scene.AssertHonestIsServedAsync();
        Assert.False(flood.IsCompleted);
        await scene.AdvanceUntilAsync("the host resets the stream", () => flood.IsCompleted);
        await Assert.ThrowsAsync<StreamResetException>(() => flood);
        attacker.Abort();
        await scene.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Peer_ThatDoesNotReadItsStreams_HoldsNoMemoryOfTheHost()
    {
        await using var scene = await HostileScene.StartAsync();
        SetFirehose(scene);
        await using var attacker = await scene.MultiplexAsync();
        var streams = new List<IMuxedStream>();
        for (var i = 0; i < 50; i++)
            streams.Add(await HostileScene.OpenAsync(attacker, Firehose));
        await scene.AssertHonestIsServedAsync();
        Assert.InRange(scene.Usage.Memory, 0, MemoryOf(50));
        Assert.InRange(scene.Usage.Streams, 50, 54);
        attacker.Abort();
        await scene.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Peer_ThatDoesNotReadItsConnection_IsDroppedWhenAWriteTakesTooLong()
    {
        await using var scene = await HostileScene.StartAsync();
        SetFirehose(scene);
        var raw = new StallingConnection(await scene.DialAsync());
        await using var attacker = await scene.MultiplexAsync(raw);
        // It grants what the protocol lets it, on many streams, and reads nothing more.
        for (var i = 0; i < 64; i++)
            await HostileScene.OpenAsync(attacker, Firehose);
        raw.Stall();
        await scene.AssertHonestIsServedAsync();
        Assert.InRange(scene.Usage.Memory, 0, MemoryOf(64));
        await scene.AdvanceUntilAsync("the connection is dropped", () => scene.Usage.Connections == 1);
        await scene.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Peer_OneByteAtATime_IsServedBesideTheHonestOne()
    {
        await using var scene = await HostileScene.StartAsync();
        await using var attacker = await scene.MultiplexAsync(new TricklingConnection(await scene.DialAsync()));
        var echo = Encoding.ASCII.GetBytes(new string('x', 500));
        await scene.ServeWhileAsync(EchoAsync());
        attacker.Abort();
        await scene.AssertNothingIsLeftAsync();

        async Task EchoAsync()
        {
            await using var stream = await HostileScene.OpenAsync(attacker, "/echo/1.0.0");
            await stream.WriteAsync(echo, Cancellation);
            Assert.Equal(echo, await stream.ReadExactlyAsync(echo.Length, Cancellation));
        }
    }

    [Fact]
    public async Task Streams_WhoseProtocolMakesAPredicateFail_AreResetAndGiveTheirPlacesBack()
    {
        await using var scene = await HostileScene.StartAsync();
        scene.Victim.Host.SetStreamHandler(
            ProtocolMatcher.Predicate("/faulty", protocol => protocol == "/faulty/x" ? throw new InvalidOperationException("on purpose") : protocol == "/faulty/1"), (_, _) => Task.CompletedTask);
        await using var attacker = await scene.MultiplexAsync();
        // Far more than may agree on their protocols at once.
        for (var i = 0; i < 200; i++)
        {
            await using var stream = await attacker.OpenStreamAsync(Cancellation);
            await stream.WriteAsync("\x13/multistream/1.0.0\n\x0a/faulty/x\n"u8.ToArray(), Cancellation);
            await Assert.ThrowsAsync<StreamResetException>(() => stream.ReadToEndAndFailAsync(Cancellation).WaitAsync(HostileScene.Patience, Cancellation));
        }

        await using (var stream = await HostileScene.OpenAsync(attacker, "/faulty/1"))
            await stream.CompleteWritesAsync(Cancellation);
        attacker.Abort();
        await scene.AssertNothingIsLeftAsync();
    }

    /// <summary>The windows in which those streams may receive, those of the protocols beside them, and send buffers: nothing for what the host would like to write.</summary>
    private static long MemoryOf(int streams) => ((streams + 4L) * YamuxOptions.InitialWindowBytes) + (2 << 20);

    private static void SetFirehose(HostileScene scene) => scene.Victim.Host.SetStreamHandler(ProtocolMatcher.Exact(Firehose), async (stream, token) =>
    {
        var bytes = new byte[64 << 10];
        while (true)
            await stream.WriteAsync(bytes, token);
    });

    /// <summary>Opens a stream and says nothing more. Completes when the host has reset it.</summary>
    private static async Task HoldAsync(IMuxedConnection connection, string protocol)
    {
        try
        {
            await using var stream = await HostileScene.OpenAsync(connection, protocol);
            await stream.ReadToEndAndFailAsync(Cancellation);
        }
        catch (Exception e) when (e is StreamResetException or NegotiationFailedException)
        {
            // It is not served, or no longer.
        }
    }
}
