using IpfsKit.Bitswap.Messages;
using IpfsKit.Bitswap.Network;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;
using Microsoft.Extensions.Time.Testing;
using static IpfsKit.Bitswap.Tests.Messages.Wired;

namespace IpfsKit.Bitswap.Tests.Network;

/// <summary>Two real hosts in memory.</summary>
public sealed class BitswapNetworkTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly InMemoryNetwork _memory = new();
    private readonly List<TestNode> _nodes = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task Peers_Connected_JoinOnceAndLeaveOnce()
    {
        var (alice, bob) = (await StartAsync(), await StartAsync());
        await alice.ConnectAsync(bob);
        var joined = Assert.Single(alice.Joined);
        Assert.Equal(new BitswapPeer(bob.Id, BitswapVersion.V120, IsNear: true), joined);
        Assert.Equal([joined], alice.Network.Peers);
        Assert.True(alice.Network.GetRoundTripTime(bob.Id) >= TimeSpan.Zero);

        await alice.Host.DisconnectAsync(bob.Id, Cancelled);
        await UntilAsync("both have left", () => alice.Left.Count == 1 && bob.Left.Count == 1);
        Assert.Empty(alice.Network.Peers);
        Assert.Empty(bob.Network.Peers);
        await Assert.ThrowsAsync<PeerUnreachableException>(() => SendAsync(alice, bob, Message(isFull: true)));

        await alice.ConnectAsync(bob);
        Assert.Equal(2, alice.Joined.Count);
    }

    [Fact]
    public async Task Messages_OfBothLanes_ArriveInOrder()
    {
        var (alice, bob) = (await StartAsync(), await StartAsync());
        await alice.ConnectAsync(bob);
        var blocks = TestBlocks.RawMany(0, 20, 100_000);
        var sends = new List<Task>();
        for (var i = 0; i < 20; i++)
        {
            sends.Add(SendAsync(alice, bob, Message(blocks: [blocks[i]]), MessageLane.Responses));
            sends.Add(SendAsync(bob, alice, Message([new WantlistEntry(blocks[i].Cid, WantKind.Have, i, true)])));
        }

        await Task.WhenAll(sends);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(blocks[i].Data.ToArray(), await bob.Sink.NextAsync<byte[]>());
            Assert.Equal([new WantlistEntry(blocks[i].Cid, WantKind.Have, i, true)], await alice.Sink.NextAsync<WantlistEntry[]>());
        }

        Assert.Equal((20, 20), (alice.Instruments.MessagesSent, bob.Instruments.MessagesSent));
    }

    [Fact]
    public async Task Wants_BehindALargeResponse_DoNotWait()
    {
        var alice = await StartAsync();
        var mallory = await StartPlainAsync();
        var received = new ChannelSink();
        // Reads nothing of the first stream, whatever it is.
        var streams = 0;
        mallory.Host.SetStreamHandler(ProtocolMatcher.Exact(BitswapProtocol.Ids[0]), async (stream, cancellationToken) =>
        {
            if (Interlocked.Increment(ref streams) == 1)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            await ReadAsync(stream, received, cancellationToken);
        });
        await alice.Network.ConnectAsync(mallory.Info, Cancelled);
        var large = SendAsync(alice, mallory, Message(blocks: TestBlocks.RawMany(0, 1, 2 << 20)), MessageLane.Responses);
        await UntilAsync("the first stream is open", () => Volatile.Read(ref streams) == 1);
        await SendAsync(alice, mallory, Message(isFull: true));
        Assert.Empty(await received.NextAsync<WantlistEntry[]>());
        Assert.False(large.IsCompleted);
        await alice.Network.DisposeAsync();
        await Assert.ThrowsAsync<ConnectionClosedException>(() => large);
    }

    [Fact]
    public async Task Stream_WithoutMessages_EndsAndTheNextMessageOpensAnother()
    {
        var time = new FakeTimeProvider();
        var (alice, bob) = (await StartAsync(timeProvider: time), await StartAsync());
        await alice.ConnectAsync(bob);
        for (var i = 0; i < 3; i++)
        {
            await SendAsync(alice, bob, Message([new WantlistEntry(TestBlocks.Raw(i).Cid, WantKind.Block, 1, true)]));
            Assert.Single(await bob.Sink.NextAsync<WantlistEntry[]>());
            await UntilAsync("the stream has ended", () =>
            {
                time.Advance(TimeSpan.FromSeconds(2.5));
                return alice.Host.GetSessions(bob.Id)[0].StreamCount == 0;
            });
        }

        Assert.Empty(bob.Observer.Failures);
    }

    [Fact]
    public async Task Stream_ThatThePeerHasReset_IsOpenedAnew()
    {
        var alice = await StartAsync();
        var mallory = await StartPlainAsync();
        var received = new ChannelSink();
        var streams = 0;
        mallory.Host.SetStreamHandler(ProtocolMatcher.Exact(BitswapProtocol.Ids[0]), async (stream, cancellationToken) =>
        {
            // Reads one message of each stream, and resets it then.
            Interlocked.Increment(ref streams);
            await ReadAsync(stream, received, cancellationToken, most: 1);
            stream.Reset();
        });
        await alice.Network.ConnectAsync(mallory.Info, Cancelled);
        for (var i = 1; i <= 3; i++)
        {
            await SendAsync(alice, mallory, Message(isFull: true));
            Assert.Empty(await received.NextAsync<WantlistEntry[]>());
            await UntilAsync("the reset has come", () => alice.Host.GetSessions(mallory.Id)[0].StreamCount == 0);
            Assert.Equal(i, Volatile.Read(ref streams));
        }
    }

    [Fact]
    public async Task Message_ThatThePeerResets_IsWrittenOnceMoreAndThenFails()
    {
        var alice = await StartAsync();
        var mallory = await StartPlainAsync();
        var streams = 0;
        mallory.Host.SetStreamHandler(ProtocolMatcher.Exact(BitswapProtocol.Ids[0]), async (stream, _) =>
        {
            Interlocked.Increment(ref streams);
            await stream.ReadExactlyAsync(new byte[300_000], Cancelled);
            stream.Reset();
        });
        await alice.Network.ConnectAsync(mallory.Info, Cancelled);
        await Assert.ThrowsAsync<StreamResetException>(() => SendAsync(alice, mallory, Message(blocks: TestBlocks.RawMany(0, 1, 2 << 20)), MessageLane.Responses));
        Assert.Equal(2, streams);
    }

    [Fact]
    public async Task Peer_ThatDoesNotRead_CostsTheMessagesTime()
    {
        var time = new FakeTimeProvider();
        var alice = await StartAsync(timeProvider: time);
        var mallory = await StartPlainAsync();
        var opened = new TaskCompletionSource();
        mallory.Host.SetStreamHandler(ProtocolMatcher.Exact(BitswapProtocol.Ids[0]), (_, cancellationToken) =>
        {
            opened.TrySetResult();
            return Task.Delay(Timeout.Infinite, cancellationToken);
        });
        await alice.Network.ConnectAsync(mallory.Info, Cancelled);
        var message = Message(blocks: TestBlocks.RawMany(0, 1, 1 << 20));
        var send = SendAsync(alice, mallory, message, MessageLane.Responses);
        await opened.Task.WaitAsync(Patience, Cancelled);
        time.Advance(TransferTimeout.Of(1 << 20) - TimeSpan.FromSeconds(1));
        Assert.False(send.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<TimeoutException>(() => send);
        await UntilAsync("the stream has ended", () => alice.Host.GetSessions(mallory.Id)[0].StreamCount == 0);
    }

    [Fact]
    public async Task Send_Cancelled_IsCancelledAndTheLaneGoesOn()
    {
        var alice = await StartAsync();
        var mallory = await StartPlainAsync();
        var received = new ChannelSink();
        var reads = new TaskCompletionSource();
        mallory.Host.SetStreamHandler(ProtocolMatcher.Exact(BitswapProtocol.Ids[0]), async (stream, cancellationToken) =>
        {
            await reads.Task;
            await ReadAsync(stream, received, cancellationToken);
        });
        await alice.Network.ConnectAsync(mallory.Info, Cancelled);
        using var source = new CancellationTokenSource();
        var send = alice.Network.SendAsync(mallory.Id, Message(blocks: TestBlocks.RawMany(0, 1, 2 << 20)), MessageLane.Responses, source.Token).AsTask();
        var behind = SendAsync(alice, mallory, Message(blocks: TestBlocks.RawMany(5, 1, 10)), MessageLane.Responses);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send);
        reads.SetResult();
        await behind;
        Assert.Equal(10, (await received.NextAsync<byte[]>()).Length);
    }

    [Fact]
    public async Task Protocol_SaidLater_JoinsAndLeaves()
    {
        var alice = await StartAsync();
        var bob = await StartPlainAsync();
        Assert.Null(await alice.Network.ConnectAsync(bob.Info, Cancelled));
        bob.AddBitswap();
        await UntilAsync("the peer has joined", () => alice.Joined.Count == 1);
        await bob.Network.DisposeAsync();
        await UntilAsync("the peer has left", () => alice.Left.Count == 1);
        Assert.True(alice.Host.IsConnected(bob.Id));
    }

    [Fact]
    public async Task Peer_ThatSaysAfterItsFirstStreamThatItUnderstandsMore_HasNotLeft()
    {
        // Else what it wants would be dropped, and it would never know.
        var bob = await StartAsync();
        var old = await StartPlainAsync();
        await old.Host.ConnectAsync(bob.Info, Cancelled);
        var stream = await old.Host.NewStreamAsync(bob.Id, [BitswapProtocol.Ids[2]], Cancelled);
        await stream.WriteAsync(Framed(Field(1, Field(1, Field(1, TestBlocks.Raw(1).Cid.ToBytes())))), Cancelled);
        Assert.Single(await bob.Sink.NextAsync<WantlistEntry[]>());

        old.Host.SetStreamHandler(ProtocolMatcher.Exact(BitswapProtocol.Ids[0]), static (_, _) => Task.CompletedTask);
        await UntilAsync("it has said so", () => bob.Host.PeerStore.GetProtocols(old.Id).Contains(BitswapProtocol.Ids[0]));
        await UntilAsync("that is taken in", () => bob.Network.ConnectAsync(old.Info, Cancelled).IsCompleted);

        Assert.Empty(bob.Left);
        Assert.Equal(BitswapVersion.V100, Assert.Single(bob.Joined).Version);
    }

    [Theory]
    [InlineData(0, (int)BitswapVersion.V120)]
    [InlineData(1, (int)BitswapVersion.V110)]
    [InlineData(2, (int)BitswapVersion.V100)]
    [InlineData(3, (int)BitswapVersion.Unversioned)]
    public async Task Peer_OfAnyVersion_GetsWhatItUnderstands(int id, int version)
    {
        var alice = await StartAsync();
        var old = await StartPlainAsync();
        var bytes = new TaskCompletionSource<byte[]>();
        var block = TestBlocks.Raw(1);
        var message = Message([new WantlistEntry(block.Cid, WantKind.Block, 1, true)], blocks: [block], presences: [new BlockPresence(block.Cid, true)]);
        var expected = await WriteAsync(message, (BitswapVersion)version);
        old.Host.SetStreamHandler(ProtocolMatcher.Exact(BitswapProtocol.Ids[id]), async (stream, _) =>
        {
            var read = new byte[expected.Length];
            await stream.ReadExactlyAsync(read, Cancelled);
            bytes.SetResult(read);
        });
        Assert.Equal((BitswapVersion)version, (await alice.Network.ConnectAsync(old.Info, Cancelled))!.Version);
        await SendAsync(alice, old, message);
        Assert.Equal(expected, await bytes.Task.WaitAsync(Patience, Cancelled));
    }

    [Fact]
    public async Task Connect_NobodyThere_Says()
    {
        var alice = await StartAsync();
        using var key = PrivateKey.Generate();
        var nobody = new PeerInfo(PeerId.FromPublicKey(key.PublicKey.Encoded.Span), [Multiaddr.Parse("/memory/77")]);
        await Assert.ThrowsAsync<PeerUnreachableException>(() => alice.Network.ConnectAsync(nobody, Cancelled));
    }

    private static async Task ReadAsync(IProtocolStream stream, IMessageSink sink, CancellationToken cancellationToken, int most = int.MaxValue)
    {
        using var deadline = new ReadDeadline(TimeSpan.FromMinutes(1), TimeProvider.System, cancellationToken);
        using var reader = new MessageReader(stream, stream.Session.RemotePeer, sink, deadline);
        while (reader.Messages < most && await reader.ReadAsync())
        {
        }
    }

    private static Task SendAsync(TestNode from, TestNode to, OutboundMessage message, MessageLane lane = MessageLane.Wants) =>
        from.Network.SendAsync(to.Id, message, lane, Cancelled).AsTask();

    private static Task UntilAsync(string what, Func<bool> condition) => Eventually.TrueAsync(what, () => Task.FromResult(condition()), Patience, Cancelled);

    private async Task<TestNode> StartAsync(BitswapNetworkOptions? options = null, TimeProvider? timeProvider = null)
    {
        var node = await TestNode.StartAsync(_memory, options, timeProvider);
        _nodes.Add(node);
        return node;
    }

    private async Task<TestNode> StartPlainAsync()
    {
        var node = await TestNode.StartPlainAsync(_memory);
        _nodes.Add(node);
        return node;
    }
}
