using System.Buffers.Binary;
using System.Text;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Negotiation;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Tests.Hosting;
using IpfsKit.Libp2p.Tests.Peers;
using IpfsKit.Libp2p.Transports;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Hostile;

/// <summary>Peers that do not get as far as a connection, in both directions.</summary>
public sealed class HostileDialTests
{
    private static readonly string[] Beginnings = ["", "\x13", "\x13/multistream/1.0.0\n", "\x13/multistream/1.0.0\n\x07/noise\n", "\x13/multistream/1.0.0\n\x07/noise\n\0\x20abc"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HalfOpenDials_FromEverywhere_TakeTheTransientShareAndEndAtTheDeadline()
    {
        await using var scene = await HostileScene.StartAsync();
        var transient = scene.Victim.Host.Parts.Resources.Transient;
        var limit = transient.Limits.ConnectionsInbound;
        var attackers = new List<IRawConnection>();
        await scene.ServeWhileAsync(Task.Run(
            async () =>
            {
                for (var i = 0; i < Soak.Count(2_000, 10_000); i++)
                {
                    var attacker = await DialAsync(scene);
                    attackers.Add(attacker);
                    await TryWriteAsync(attacker, Encoding.Latin1.GetBytes(Beginnings[i % Beginnings.Length]));
                }
            },
            Cancellation));

        Assert.InRange(transient.Usage.ConnectionsInbound, 1, limit);
        Assert.InRange(scene.Usage.ConnectionsInbound, 2, limit + 1);

        await scene.AdvanceUntilAsync("the deadline of all has passed", () => transient.Usage.IsZero);
        await using var newcomer = await TestHost.StartAsync(scene.Network);
        Assert.Equal(scene.Victim.PeerId, (await newcomer.Host.ConnectAsync(scene.Victim.Info, Cancellation)).RemotePeer);
        await newcomer.Host.DisconnectAsync(scene.Victim.PeerId, Cancellation);
        foreach (var attacker in attackers)
            await attacker.DisposeAsync();
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
    private static async Task ForgeAsync(HostileScene scene, PublicKey claimed, PrivateKey own)
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
        await raw.WriteAsync(Write(handshake, NoisePayload.Encode(claimed, NoisePayload.SignStaticKey(own, keys.PublicKey), ["/yamux/1.0.0"])), Cancellation);
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await raw.ReadAsync(new byte[1], Cancellation));
    }

    private static byte[] Write(NoiseHandshake handshake, byte[] payload)
    {
        var message = new byte[2 + payload.Length + handshake.Overhead];
        BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)handshake.WriteMessage(payload, message.AsSpan(2)));
        return message;
    }
}
