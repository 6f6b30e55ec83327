using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Negotiation;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Security.Noise.Messages;
using IpfsKit.Libp2p.Tests.Identities;
using IpfsKit.Libp2p.Tests.Peers;
using IpfsKit.Libp2p.Transports;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Hostile;

/// <summary>Peers that do not get as far as a connection, in both directions.</summary>
public sealed class HostileDialTests
{
    private static readonly string[] Beginnings = ["", "\x13", "\x13/multistream/1.0.0\n", "\x13/multistream/1.0.0\n\x07/noise\n", "\x13/multistream/1.0.0\n\x07/noise\n\0\x20abc"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Over TCP the attackers keep their sockets, of those that the process may have; the host closes its own.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HalfOpenDials_FromEverywhere_TakeTheTransientShareAndEndAtTheDeadline(bool isOverTcp)
    {
        await using var scene = await HostileScene.StartAsync(isOverTcp: isOverTcp);
        var transient = scene.Victim.Host.Parts.Resources.Transient;
        var limit = transient.Limits.ConnectionsInbound;
        var attackers = new List<IRawConnection>();
        var most = 0;
        await scene.ServeWhileAsync(Task.Run(
            async () =>
            {
                for (var i = 0; i < Soak.Count(2_000, 10_000); i++)
                {
                    var attacker = await DialAsync(scene);
                    attackers.Add(attacker);
                    await TryWriteAsync(attacker, Encoding.Latin1.GetBytes(Beginnings[i % Beginnings.Length]));
                    most = Math.Max(most, scene.Usage.Connections);
                }
            },
            Cancellation));

        Assert.InRange(transient.Usage.ConnectionsInbound, 1, limit);
        Assert.InRange(most, 2, limit + 1);
        // The sockets of those, of the honest peer and of the listener.
        Assert.InRange(scene.Usage.Descriptors, 0, limit + 2);

        await scene.AdvanceUntilAsync("the deadline of all has passed", () => transient.Usage.IsZero);
        await using var newcomer = await scene.StartAnotherAsync();
        Assert.Equal(scene.Victim.PeerId, (await newcomer.Host.ConnectAsync(scene.Victim.Info, Cancellation)).RemotePeer);
        await newcomer.Host.DisconnectAsync(scene.Victim.PeerId, Cancellation);
        foreach (var attacker in attackers)
            await attacker.DisposeAsync();
        await scene.AssertNothingIsLeftAsync();
    }

    /// <summary>They are refused when they come, not at the deadline: the clock stands still.</summary>
    [Theory]
    [InlineData("\x13/multistream/1.0.0\n\x81\x08")]
    [InlineData("\xff\xff\xff\xff\x0f")]
    [InlineData("\0\0\0\0")]
    [InlineData("GET / HTTP/1.1\r\nHost: example\r\nUser-Agent: who looks at every port there is (10.0; all)\r\n\r\n")]
    [InlineData("\x13/multistream/1.0.0\n\x07/noise\n\0\0")]
    [InlineData("\x13/multistream/1.0.0\n\x07/noise\n\xff\xff")]
    public async Task Openings_ThatAreNone_AreRefusedAtOnce(string opening)
    {
        await using var scene = await HostileScene.StartAsync();
        await scene.ServeWhileAsync(Task.Run(
            async () =>
            {
                for (var i = 0; i < 20; i++)
                {
                    await using var attacker = await DialAsync(scene);
                    await TryWriteAsync(attacker, Encoding.Latin1.GetBytes(opening));
                    await AssertClosesAsync(attacker);
                }
            },
            Cancellation));
        await scene.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Handshakes_ByteByByteWithoutAnEnd_EndAtTheDeadlineOfTheWhole()
    {
        await using var scene = await HostileScene.StartAsync();
        await using var attacker = await scene.DialAsync();
        await MultistreamSelect.SelectAsync(new RawNegotiationChannel(attacker), [NoiseProtocol.ProtocolId], Cancellation);
        // A message of the greatest length; each byte comes well before anybody's patience with one read ends.
        await attacker.WriteAsync((byte[])[0x40, 0x00], Cancellation);
        await scene.AdvanceUntilAsync("the handshake is given up", () =>
        {
            if (scene.Usage.Connections == 1)
                return true;
            _ = TryWriteAsync(attacker, [1]).AsTask();
            return false;
        });
        await scene.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Signatures_OfSomebodyElse_AreRefusedAsOftenAsTheyCome()
    {
        await using var scene = await HostileScene.StartAsync();
        using var claimed = PrivateKey.Generate();
        using var own = PrivateKey.Generate();
        await scene.ServeWhileAsync(Task.Run(
            async () =>
            {
                for (var i = 0; i < 50; i++)
                    await ForgeAsync(scene, claimed.PublicKey, own);
            },
            Cancellation));
        Assert.DoesNotContain(scene.Victim.Host.Sessions, session => session.RemotePeer == claimed.PublicKey.PeerId);
        Assert.Empty(scene.Victim.Host.PeerStore.GetAddresses(claimed.PublicKey.PeerId));
        await scene.AssertNothingIsLeftAsync();
    }

    /// <summary>The key is refused by its size; that nothing is computed with it, RsaKeyTests shows.</summary>
    [Fact]
    public async Task Identities_OfRsaKeysOf16KBits_AreRefused()
    {
        await using var scene = await HostileScene.StartAsync();
        var key = RsaEncoding.Encode(RsaEncoding.Modulus(16_384), 65_537);
        await scene.ServeWhileAsync(Task.Run(
            async () =>
            {
                for (var i = 0; i < 20; i++)
                    await ShowAsync(scene, _ => new NoiseHandshakePayload { IdentityKey = ByteString.CopyFrom(key), IdentitySig = ByteString.CopyFrom(new byte[16_384 / 8]) }.ToByteArray());
            },
            Cancellation));
        await scene.AssertNothingIsLeftAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("\x13/multistream/1.0.0\n\x07/noise\n\xff\xff")]
    public async Task Dial_WhereAnAttackerListens_FailsAndLeavesNothing(string? answer)
    {
        await using var scene = await HostileScene.StartAsync();
        await using var listener = await scene.ListenAsync();
        var dial = scene.Victim.Host.ConnectAsync(new PeerInfo(TestPeers.Carol, [listener.Address]), Cancellation);
        await using var attacker = await listener.AcceptAsync(Cancellation);
        Assert.NotNull(attacker);
        if (answer is "")
            await attacker.CompleteWritesAsync(Cancellation);
        else if (answer is not null)
            await TryWriteAsync(attacker, Encoding.Latin1.GetBytes(answer));
        await scene.AssertHonestIsServedAsync();
        // Where nothing is said the deadline decides.
        await scene.AdvanceUntilAsync("the dial fails", () => dial.IsCompleted);
        Assert.Single((await Assert.ThrowsAsync<PeerUnreachableException>(() => dial)).Failures);
        await scene.AssertNothingIsLeftAsync();
    }

    private static async Task<IRawConnection> DialAsync(HostileScene scene)
    {
        while (true)
        {
            try
            {
                return await scene.DialAsync();
            }
            catch (DialFailedException)
            {
                // As many as may are waiting to be accepted.
                await Task.Yield();
            }
        }
    }

    private static async ValueTask TryWriteAsync(IRawConnection connection, byte[] bytes)
    {
        try
        {
            await connection.WriteAsync(bytes, Cancellation);
        }
        catch (ConnectionClosedException)
        {
            // It was refused.
        }
    }

    /// <summary>A handshake that names one identity and is signed by another. The host closes the connection.</summary>
    private static Task ForgeAsync(HostileScene scene, PublicKey claimed, PrivateKey own) =>
        ShowAsync(scene, keys => NoisePayload.Encode(claimed, NoisePayload.SignStaticKey(own, keys.PublicKey), ["/yamux/1.0.0"]));

    /// <summary>A handshake with any payload, which the host refuses.</summary>
    private static async Task ShowAsync(HostileScene scene, Func<NoiseKeyPair, byte[]> payload)
    {
        await using var raw = await scene.DialAsync();
        await MultistreamSelect.SelectAsync(new RawNegotiationChannel(raw), [NoiseProtocol.ProtocolId], Cancellation);
        using var keys = NoiseKeyPair.Generate();
        using var handshake = new NoiseHandshake(initiator: true, keys, prologue: []);
        await raw.WriteAsync(Write(handshake, []), Cancellation);
        var length = new byte[2];
        Assert.True(await raw.TryReadExactlyAsync(length, Cancellation));
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        Assert.True(await raw.TryReadExactlyAsync(answer, Cancellation));
        handshake.ReadMessage(answer);
        await raw.WriteAsync(Write(handshake, payload(keys)), Cancellation);
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await raw.ReadAsync(new byte[1], Cancellation).AsTask().WaitAsync(HostileScene.Patience, Cancellation));
    }

    /// <summary>The host ends the connection, in order or not.</summary>
    private static async Task AssertClosesAsync(IRawConnection connection)
    {
        var buffer = new byte[1024];
        try
        {
            while (await connection.ReadAsync(buffer, Cancellation).AsTask().WaitAsync(HostileScene.Patience, Cancellation) > 0)
            {
            }
        }
        catch (ConnectionClosedException)
        {
            // That is a way to end it.
        }
    }

    private static byte[] Write(NoiseHandshake handshake, byte[] payload)
    {
        var message = new byte[2 + payload.Length + handshake.Overhead];
        BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)handshake.WriteMessage(payload, message.AsSpan(2)));
        return message;
    }
}
