using Google.Protobuf;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Protocols.Identify;
using IpfsKit.Libp2p.Protocols.Identify.Wire;
using IpfsKit.Libp2p.Records;
using IpfsKit.Libp2p.Tests.Hosting;
using IpfsKit.Libp2p.Tests.Peers;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Protocols.Identify;

public sealed class IdentifyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Identify_OfAConnection_TellsEachWhoTheOtherIs()
    {
        await using var pair = await Pair.StartAsync(options => options.Identify.AgentVersion = "bob/1");
        var store = pair.Alice.Host.PeerStore;

        Assert.Equal("bob/1", store.GetAgentVersion(pair.Bob.PeerId));
        Assert.Equal(pair.Bob.Host.LocalPeer.Protocols.Order(), store.GetProtocols(pair.Bob.PeerId).Order());
        Assert.Equal(pair.Bob.Host.LocalPeer.ListenAddresses, store.GetAddresses(pair.Bob.PeerId));
        Assert.Contains("/ipfs/ping/1.0.0", pair.Bob.Host.PeerStore.GetProtocols(pair.Alice.PeerId));
        await Eventually.TrueAsync("it is counted", () => Task.FromResult(pair.Alice.Metrics.TagsOf("libp2p.identify.duration").SequenceEqual(["outcome=done"])), Patience, Cancellation);
    }

    [Fact]
    public async Task Push_OfANewProtocol_ReachesConnectedPeers()
    {
        await using var pair = await Pair.StartAsync();

        pair.Bob.Host.SetStreamHandler(ProtocolMatcher.Exact("/new/1"), (_, _) => Task.CompletedTask);
        pair.Bob.Host.SetStreamHandler(ProtocolMatcher.Exact("/secret/1"), (_, _) => Task.CompletedTask, new StreamHandlerOptions { IsAdvertised = false });

        await Eventually.TrueAsync(
            "the protocol is known", () => Task.FromResult(pair.Alice.Host.PeerStore.FindProtocol(pair.Bob.PeerId, ["/new/1"]) is not null), Patience, Cancellation);
        Assert.Null(pair.Alice.Host.PeerStore.FindProtocol(pair.Bob.PeerId, ["/secret/1"]));

        pair.Bob.Host.RemoveStreamHandler("/new/1");
        await Eventually.TrueAsync(
            "the protocol is gone", () => Task.FromResult(pair.Alice.Host.PeerStore.FindProtocol(pair.Bob.PeerId, ["/new/1"]) is null), Patience, Cancellation);
    }

    [Fact]
    public async Task Push_WithTenThousandProtocolsAndAddresses_IsHeldToTheBounds()
    {
        await using var pair = await Pair.StartAsync();
        // What fits into ten messages of 8 KiB, much of it in each.
        var parts = Enumerable.Range(0, 10).Select(part =>
        {
            var message = new IdentifyMessage();
            for (var i = 0; message.CalculateSize() < 4000; i++)
                message.Protocols.Add($"/{part}.{i}");
            for (var i = 0; message.CalculateSize() < 8100; i++)
                message.ListenAddrs.Add(ByteString.CopyFrom(TestPeers.Address((part * 1000) + i).Bytes));
            return message.ToByteArray();
        }).ToArray();

        await PushAsync(pair, parts);

        Assert.Equal(IdentifyProtocol.MaxProtocols, pair.Bob.Host.PeerStore.GetProtocols(pair.Alice.PeerId).Count);
        Assert.InRange(pair.Bob.Host.PeerStore.GetAddresses(pair.Alice.PeerId).Count, 1, 64);
    }

    [Fact]
    public async Task Push_OfMoreMessagesOrLargerOnes_IsReset()
    {
        await using var pair = await Pair.StartAsync();
        var before = pair.Bob.Host.PeerStore.GetProtocols(pair.Alice.PeerId);
        var small = new IdentifyMessage { Protocols = { "/evil/1" } }.ToByteArray();

        await AssertResetAsync(pair, [.. Enumerable.Repeat(small, IdentifyProtocol.MaxMessages + 1)]);
        await AssertResetAsync(pair, small, new byte[IdentifyProtocol.MaxMessageBytes + 1]);
        await AssertResetAsync(pair, [0xff, 0xff, 0xff]);
        await AssertResetAsync(pair);

        Assert.Equal(before, pair.Bob.Host.PeerStore.GetProtocols(pair.Alice.PeerId));
    }

    [Fact]
    public async Task Push_WithAnotherKey_IsRefused()
    {
        await using var pair = await Pair.StartAsync();
        using var other = PrivateKey.Generate();

        await AssertResetAsync(pair, new IdentifyMessage { PublicKey = ByteString.CopyFrom(other.PublicKey.Encoded.Span), AgentVersion = "evil" }.ToByteArray());

        Assert.NotEqual("evil", pair.Bob.Host.PeerStore.GetAgentVersion(pair.Alice.PeerId));
    }

    [Fact]
    public async Task Identify_SignedRecords_AreKeptAndOfThePeer()
    {
        await using var pair = await Pair.StartAsync();

        var record = PeerRecord.Open(pair.Alice.Host.PeerStore.GetSignedRecord(pair.Bob.PeerId)!.Value.Span);

        Assert.Equal(pair.Bob.PeerId, record.PeerId);
        Assert.Equal(pair.Bob.Host.LocalPeer.Addresses, record.Addresses);
    }

    [Fact]
    public async Task Push_WithARecordOfSomebodyElseOrAnOlderOne_ChangesNothing()
    {
        using var key = PrivateKey.Generate();
        using var other = PrivateKey.Generate();
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network, key: key);
        await using var bob = await TestHost.StartAsync(network);
        await alice.Host.ConnectAsync(bob.Info, Cancellation);
        await bob.IdentifiedAsync(alice.PeerId);
        var before = bob.Host.PeerStore.GetSignedRecord(alice.PeerId)!.Value.ToArray();
        var addresses = bob.Host.PeerStore.GetAddresses(alice.PeerId);

        foreach (var evil in new[] { PeerRecord.Seal(other, ulong.MaxValue, [TestPeers.Address(1)]), PeerRecord.Seal(key, 1, [TestPeers.Address(1)]) })
        {
            await using var stream = await alice.Host.NewStreamAsync(bob.PeerId, [IdentifyProtocol.PushId], Cancellation);
            await stream.WriteLengthPrefixedAsync(new IdentifyMessage { SignedPeerRecord = ByteString.CopyFrom(evil.Envelope.Encoded.Span) }.ToByteArray(), Cancellation);
            await stream.CompleteWritesAsync(Cancellation);
            Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancellation));
        }

        Assert.Equal(before, bob.Host.PeerStore.GetSignedRecord(alice.PeerId)!.Value.ToArray());
        Assert.Equal(addresses, bob.Host.PeerStore.GetAddresses(alice.PeerId));
        Assert.Null(bob.Host.PeerStore.GetSignedRecord(other.PublicKey.PeerId));

        var newer = PeerRecord.Seal(key, ulong.MaxValue, [TestPeers.Address(2)]);
        await using var good = await alice.Host.NewStreamAsync(bob.PeerId, [IdentifyProtocol.PushId], Cancellation);
        await good.WriteLengthPrefixedAsync(new IdentifyMessage { SignedPeerRecord = ByteString.CopyFrom(newer.Envelope.Encoded.Span) }.ToByteArray(), Cancellation);
        await good.CompleteWritesAsync(Cancellation);
        Assert.Equal(0, await good.ReadAsync(new byte[1], Cancellation));
        Assert.Equal([TestPeers.Address(2)], bob.Host.PeerStore.GetAddresses(alice.PeerId));
    }

    [Fact]
    public void Split_LargeMessage_IsInPartsThatMergeToTheSame()
    {
        var message = new IdentifyMessage { PublicKey = ByteString.CopyFrom(new byte[300]), AgentVersion = "agent", ProtocolVersion = "p", ObservedAddr = ByteString.CopyFrom(new byte[10]), SignedPeerRecord = ByteString.CopyFrom(new byte[3000]) };
        message.Protocols.AddRange(Enumerable.Range(0, 300).Select(i => $"/protocol/{i}"));
        message.ListenAddrs.AddRange(Enumerable.Range(0, 300).Select(i => ByteString.CopyFrom(TestPeers.Address(i).Bytes)));

        var parts = IdentifyCodec.Split(message);

        Assert.InRange(parts.Count, 3, IdentifyProtocol.MaxMessages);
        Assert.All(parts, part => Assert.InRange(part.Length, 1, IdentifyProtocol.MaxSentBytes));
        var merged = new IdentifyMessage();
        foreach (var part in parts)
            IdentifyCodec.Merge(merged, part);
        Assert.Equal(message, merged);
    }

    [Fact]
    public void Split_SmallMessage_IsOne() => Assert.Single(IdentifyCodec.Split(new IdentifyMessage { AgentVersion = "agent", SignedPeerRecord = ByteString.CopyFrom(new byte[3000]) }));

    [Fact]
    public void Merge_FieldsThatNobodyKnows_AreNotKept()
    {
        var unknown = new MemoryStream();
        using (var output = new CodedOutputStream(unknown, leaveOpen: true))
        {
            for (var field = 16; field < 2000; field++)
            {
                output.WriteTag(field, WireFormat.WireType.Varint);
                output.WriteInt32(1);
            }
        }

        var merged = new IdentifyMessage { AgentVersion = "agent" };
        IdentifyCodec.Merge(merged, unknown.ToArray());
        Assert.Equal(new IdentifyMessage { AgentVersion = "agent" }.ToByteArray(), merged.ToByteArray());
    }

    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/1", 3)]
    [InlineData("/ip4/10.0.0.1/tcp/1", 2)]
    [InlineData("/ip4/203.0.113.1/tcp/1", 1)]
    public void Addresses_OfAPeer_AreThoseThatCanBeWhereItIs(string seenAt, int believed)
    {
        var store = new IpfsKit.Libp2p.Peers.PeerStore(new IpfsKit.Libp2p.Peers.PeerStoreOptions(), TimeProvider.System);
        var applier = new IdentifyApplier(store, new IpfsKit.Libp2p.Addresses.AddressManager(new(), new IpfsKit.Libp2p.Addresses.MachineInterfaces(), TimeProvider.System));
        var message = new IdentifyMessage();
        foreach (var address in new[] { "/ip4/203.0.113.2/tcp/1", "/ip4/10.0.0.2/tcp/1", "/ip4/127.0.0.1/tcp/2" })
            message.ListenAddrs.Add(ByteString.CopyFrom(Multiaddr.Parse(address).Bytes));
        message.ListenAddrs.Add(ByteString.CopyFromUtf8("nonsense"));

        applier.Apply(new FakeSession(TestPeers.Alice, Multiaddr.Parse(seenAt)), message);

        Assert.Equal(believed, store.GetAddresses(TestPeers.Alice).Count);
    }

    [Fact]
    public async Task Push_MoreThanTheBound_AreNotReadAndThePeerIsAskedOnce()
    {
        var time = new WatchedTime();
        // Alice pushes nothing by herself, and nothing else of Bob's waits for as long as his question.
        await using var pair = await Pair.StartAsync(
            options => options.Streams.NegotiationTimeout = TimeSpan.FromSeconds(11), time, options => options.Identify.PushDelay = TimeSpan.FromMinutes(1));
        var store = pair.Bob.Host.PeerStore;
        // A peer is identified a moment before that is counted.
        await Eventually.TrueAsync("the first question is counted", () => Task.FromResult(pair.Bob.Metrics.TagsOf("libp2p.identify.duration").Length == 1), Patience, Cancellation);
        for (var i = 0; i < IdentifyProtocol.MaxPushes; i++)
            await PushAsync(pair, new IdentifyMessage { AgentVersion = $"agent/{i}" }.ToByteArray());
        for (var i = 0; i < 20; i++)
            await AssertResetAsync(pair, new IdentifyMessage { AgentVersion = "flood" }.ToByteArray());

        Assert.Equal($"agent/{IdentifyProtocol.MaxPushes - 1}", store.GetAgentVersion(pair.Alice.PeerId));
        Assert.Equal(Enumerable.Repeat("resource=streams,scope=peer", 20), pair.Bob.Metrics.TagsOf("libp2p.resource.refused"));
        Assert.Single(pair.Bob.Metrics.TagsOf("libp2p.identify.duration"));

        // What it says when it is asked stands in the end.
        await Eventually.TrueAsync("the question waits", () => Task.FromResult(time.TimersFor(IdentifyProtocol.PushInterval) == 1), Patience, Cancellation);
        time.Advance(IdentifyProtocol.PushInterval);
        await Eventually.TrueAsync("the peer is asked", () => Task.FromResult(store.GetAgentVersion(pair.Alice.PeerId)!.StartsWith("ipfskit/", StringComparison.Ordinal)), Patience, Cancellation);
        await Eventually.TrueAsync("it is counted", () => Task.FromResult(pair.Bob.Metrics.TagsOf("libp2p.identify.duration").Length == 2), Patience, Cancellation);
        await PushAsync(pair, new IdentifyMessage { AgentVersion = "again" }.ToByteArray());
        Assert.Equal("again", store.GetAgentVersion(pair.Alice.PeerId));
    }

    [Fact]
    public async Task Answer_DuringWhichAPushCame_IsNotTakenOverAndThePeerIsAskedAgain()
    {
        var network = new InMemoryNetwork();
        // She pushes nothing by herself.
        await using var alice = await TestHost.StartAsync(network, options => options.Identify.PushDelay = TimeSpan.FromMinutes(1));
        await using var bob = await TestHost.StartAsync(network);
        var asked = 0;
        var pushed = new TaskCompletionSource();
        // Alice answers with what was true when she was asked first, after she has pushed what is true now.
        alice.Host.SetStreamHandler(ProtocolMatcher.Exact(IdentifyProtocol.Id), async (stream, token) =>
        {
            var isFirst = Interlocked.Increment(ref asked) == 1;
            if (isFirst)
                await pushed.Task;
            await stream.WriteLengthPrefixedAsync(new IdentifyMessage { AgentVersion = isFirst ? "old" : "new", Protocols = { isFirst ? "/old/1" : "/new/1" } }.ToByteArray(), token);
        });
        await alice.Host.ConnectAsync(bob.Info, Cancellation);
        await Eventually.TrueAsync("Bob asks", () => Task.FromResult(Volatile.Read(ref asked) == 1), Patience, Cancellation);
        await using (var stream = await alice.Host.NewStreamAsync(bob.PeerId, [IdentifyProtocol.PushId], Cancellation))
        {
            await stream.WriteLengthPrefixedAsync(new IdentifyMessage { AgentVersion = "new" }.ToByteArray(), Cancellation);
            await stream.CompleteWritesAsync(Cancellation);
            Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancellation));
        }

        var store = bob.Host.PeerStore;
        Assert.Equal("new", store.GetAgentVersion(alice.PeerId));
        pushed.SetResult();

        await Eventually.TrueAsync("the second answer is taken over", () => Task.FromResult(store.FindProtocol(alice.PeerId, ["/new/1"]) is not null), Patience, Cancellation);
        Assert.Equal("new", store.GetAgentVersion(alice.PeerId));
        Assert.Null(store.FindProtocol(alice.PeerId, ["/old/1"]));
        Assert.Equal(2, asked);
    }

    private static async Task AssertResetAsync(Pair pair, params byte[][] messages) =>
        await Assert.ThrowsAsync<StreamResetException>(() => PushAsync(pair, messages));

    private static async Task PushAsync(Pair pair, params byte[][] messages)
    {
        await using var stream = await pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, [IdentifyProtocol.PushId], Cancellation);
        foreach (var message in messages)
            await stream.WriteLengthPrefixedAsync(message, Cancellation);
        await stream.CompleteWritesAsync(Cancellation);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancellation));
    }
}
