using Google.Protobuf;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Negotiation;
using IpfsKit.Libp2p.Protocols.Identify;
using IpfsKit.Libp2p.Protocols.Identify.Wire;
using IpfsKit.Libp2p.Records;
using IpfsKit.Libp2p.Tests.Peers;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Hostile;

/// <summary>Peers that answer the host's question who they are with too much, with what is not theirs, or not at all.</summary>
public sealed class HostileIdentifyTests
{
    private const int Many = 10_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answer_TenThousandProtocolsAndAddresses_IsRefused(bool inOneMessage)
    {
        var messages = Enumerable.Range(0, Many).Chunk(inOneMessage ? Many : 200).Select(numbers => new IdentifyMessage
        {
            Protocols = { numbers.Select(i => $"/p/{i}") },
            ListenAddrs = { numbers.Select(i => ByteString.CopyFrom(TestPeers.Address(i).Bytes)) },
        }.ToByteArray()).ToArray();
        await using var scene = await HostileScene.StartAsync();
        using var key = PrivateKey.Generate();
        await using var attacker = await scene.MultiplexAsync(key: key);

        await scene.ServeWhileAsync(AnswerAsync(attacker, messages));

        await AssertOutcomesAsync(scene, "outcome=failed");
        Assert.Empty(scene.Victim.Host.PeerStore.GetProtocols(key.PublicKey.PeerId));
        Assert.Empty(scene.Victim.Host.PeerStore.GetAddresses(key.PublicKey.PeerId));
        attacker.Abort();
        await scene.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Answer_AsMuchAsIsRead_IsHeldToTheBounds()
    {
        var parts = Enumerable.Range(0, IdentifyProtocol.MaxMessages).Select(part =>
        {
            var message = new IdentifyMessage();
            for (var i = 0; message.CalculateSize() < 4000; i++)
                message.Protocols.Add($"/{part}.{i}");
            for (var i = 0; message.CalculateSize() < 8100; i++)
                message.ListenAddrs.Add(ByteString.CopyFrom(TestPeers.Address((part * 1000) + i).Bytes));
            return message.ToByteArray();
        }).ToArray();
        await using var scene = await HostileScene.StartAsync();
        using var key = PrivateKey.Generate();
        await using var attacker = await scene.MultiplexAsync(key: key);

        await scene.ServeWhileAsync(AnswerAsync(attacker, parts));

        // Protocols and addresses are taken over one after the other; the outcome is counted after both.
        await AssertOutcomesAsync(scene, "outcome=done");
        Assert.Equal(IdentifyProtocol.MaxProtocols, scene.Victim.Host.PeerStore.GetProtocols(key.PublicKey.PeerId).Count);
        Assert.InRange(scene.Victim.Host.PeerStore.GetAddresses(key.PublicKey.PeerId).Count, 1, 64);
        attacker.Abort();
        await scene.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Answer_WithARecordOfSomebodyElse_ChangesNothingOfTheirs()
    {
        await using var scene = await HostileScene.StartAsync();
        using var key = PrivateKey.Generate();
        using var other = PrivateKey.Generate();
        var store = scene.Victim.Host.PeerStore;
        store.AddAddresses(other.PublicKey.PeerId, [TestPeers.Address(1)], TimeSpan.FromHours(1));
        await using var attacker = await scene.MultiplexAsync(key: key);
        var stolen = PeerRecord.Seal(other, ulong.MaxValue, [TestPeers.Address(2)]);

        await scene.ServeWhileAsync(AnswerAsync(attacker, new IdentifyMessage { AgentVersion = "evil", SignedPeerRecord = ByteString.CopyFrom(stolen.Envelope.Encoded.Span) }.ToByteArray()));

        await Eventually.TrueAsync("the answer is taken", () => Task.FromResult(store.GetAgentVersion(key.PublicKey.PeerId) == "evil"), HostileScene.Patience, Cancellation);
        Assert.Equal([TestPeers.Address(1)], store.GetAddresses(other.PublicKey.PeerId));
        Assert.Null(store.GetSignedRecord(other.PublicKey.PeerId));
        Assert.Null(store.GetSignedRecord(key.PublicKey.PeerId));
        Assert.DoesNotContain(TestPeers.Address(2), store.GetAddresses(key.PublicKey.PeerId));
        attacker.Abort();
        await scene.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Answer_ThatNeverEnds_IsGivenUpAtTheDeadline()
    {
        await using var scene = await HostileScene.StartAsync();
        await using var attacker = await scene.MultiplexAsync();
        var stream = await AcceptAsync(attacker);
        await stream.WriteAsync((byte[])[0x80, 0x01, 1], Cancellation);

        await scene.AssertHonestIsServedAsync();
        await scene.AdvanceUntilAsync("the question is given up", () => scene.Usage.Streams == 0);

        await AssertOutcomesAsync(scene, "outcome=timeout");
        attacker.Abort();
        await scene.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Answer_ThatComesAfterAChange_IsFollowedByAPush()
    {
        await using var scene = await HostileScene.StartAsync();
        await using var slow = await scene.MultiplexAsync();
        var question = await AcceptAsync(slow);
        await using (var own = await HostileScene.OpenAsync(slow, IdentifyProtocol.Id))
            await own.ReadToEndAsync(Cancellation);

        // The change is told to those of whom it is known that they listen.
        scene.Victim.Host.SetStreamHandler(ProtocolMatcher.Exact("/new/1"), (_, _) => Task.CompletedTask);
        await scene.AdvanceUntilAsync("others are told", () => scene.Honest.Host.PeerStore.GetProtocols(scene.Victim.PeerId).Contains("/new/1"));
        await question.WriteLengthPrefixedAsync(new IdentifyMessage { Protocols = { IdentifyProtocol.PushId } }.ToByteArray(), Cancellation);
        await question.CompleteWritesAsync(Cancellation);

        var accepting = slow.AcceptStreamAsync(Cancellation).AsTask();
        await scene.AdvanceUntilAsync("the slow one is told, too", () => accepting.IsCompleted);
        var push = await accepting;
        Assert.NotNull(push);
        Assert.Equal(IdentifyProtocol.PushId, (await MultistreamSelect.HandleAsync(new StreamNegotiationChannel(push), [ProtocolMatcher.Exact(IdentifyProtocol.PushId)], Cancellation)).Protocol);
        Assert.Contains("/new/1", (await IdentifyStreams.ReceiveAsync(push, Cancellation)).Protocols);
        slow.Abort();
        await scene.AssertNothingIsLeftAsync();
    }

    private static async Task AnswerAsync(IMuxedConnection connection, params byte[][] messages)
    {
        await using var stream = await AcceptAsync(connection);
        try
        {
            foreach (var message in messages)
                await stream.WriteLengthPrefixedAsync(message, Cancellation);
            await stream.CompleteWritesAsync(Cancellation);
            await stream.ReadAsync(new byte[1], Cancellation);
        }
        catch (StreamResetException)
        {
            // The host has read enough.
        }
    }

    /// <summary>The stream by which the host asks.</summary>
    private static async Task<IMuxedStream> AcceptAsync(IMuxedConnection connection)
    {
        var stream = await connection.AcceptStreamAsync(Cancellation);
        Assert.NotNull(stream);
        await MultistreamSelect.HandleAsync(new StreamNegotiationChannel(stream), [ProtocolMatcher.Exact(IdentifyProtocol.Id)], Cancellation);
        return stream;
    }

    /// <summary>How asking the attacker ended; the honest peer was asked before.</summary>
    private static Task AssertOutcomesAsync(HostileScene scene, string outcome) => Eventually.TrueAsync(
        $"the attacker's is {outcome}, all are {string.Join(' ', scene.Victim.Metrics.TagsOf("libp2p.identify.duration"))}",
        () => Task.FromResult(scene.Victim.Metrics.TagsOf("libp2p.identify.duration").SequenceEqual(["outcome=done", outcome])),
        HostileScene.Patience,
        Cancellation);
}
