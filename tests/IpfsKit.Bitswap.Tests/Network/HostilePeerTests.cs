using IpfsKit.Bitswap.Messages;
using IpfsKit.Libp2p;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;
using Microsoft.Extensions.Time.Testing;
using static IpfsKit.Bitswap.Tests.Messages.Wired;

namespace IpfsKit.Bitswap.Tests.Network;

/// <summary>A peer that sends what it should not.</summary>
public sealed class HostilePeerTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly InMemoryNetwork _memory = new();
    private readonly FakeTimeProvider _time = new();
    private TestNode _bob = null!;
    private TestNode _mallory = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bob = await TestNode.StartAsync(_memory, new BitswapNetworkOptions { MaxInboundStreamsPerPeer = 16 }, _time);
        _mallory = await TestNode.StartPlainAsync(_memory);
        await _mallory.Host.ConnectAsync(_bob.Info, Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _mallory.DisposeAsync();
        await _bob.DisposeAsync();
    }

    [Fact]
    public async Task Wants_OfAPeerThatDidNotSayWhatItSpeaks_Count()
    {
        var stream = await OpenAsync();
        await stream.WriteAsync(Framed(Field(1, Field(1, Field(1, TestBlocks.Raw(1).Cid.ToBytes())))), Cancelled);
        Assert.Single(await _bob.Sink.NextAsync<WantlistEntry[]>());
        Assert.Equal(_mallory.Id, Assert.Single(_bob.Network.Peers).Id);
        await UntilAsync("the peer has said what it speaks", () => _bob.Host.PeerStore.GetProtocols(_mallory.Id).Count > 0);
        Assert.Equal(_mallory.Id, Assert.Single(_bob.Network.Peers).Id);
    }

    [Theory]
    [InlineData("81808002")]
    [InlineData("0b12ffffffffffffffffff01")]
    [InlineData("0100")]
    public async Task Bytes_ThatAreNoMessage_CostTheStreamAndAreScored(string hex)
    {
        var stream = await OpenAsync();
        await stream.WriteAsync(Hex(hex), Cancelled);
        await AssertResetAsync(stream);
        await UntilAsync("the peer is scored", () => _bob.Observer.Failures.Contains((_mallory.Id, PeerFailure.ProtocolViolation)));
        Assert.True(_bob.Host.IsConnected(_mallory.Id));
    }

    [Fact]
    public async Task Messages_ThatSayNothing_CostTheStream()
    {
        var stream = await OpenAsync();
        await stream.WriteAsync(new byte[10_000], Cancelled);
        await AssertResetAsync(stream);
        Assert.Equal(BitswapProtocol.MaxEmptyMessages, _bob.Instruments.MessagesReceived);
    }

    [Fact]
    public async Task Block_ThatDoesNotGoOn_CostsOneTimeout()
    {
        var stream = await OpenAsync();
        byte[] block = Field(3, [.. Field(1, 1, 0x55, 0x12, 0x20), .. Field(2, new byte[1 << 20])]);
        byte[] message = Framed([.. block, .. block]);
        await stream.WriteAsync(message.AsMemory(0, message.Length - 200_000), Cancelled);
        Assert.Equal(1 << 20, (await _bob.Sink.NextAsync<byte[]>()).Length);
        await UntilAsync("the stream is reset", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            return _bob.Observer.Failures.Contains((_mallory.Id, PeerFailure.Timeout));
        });
        await AssertResetAsync(stream);
    }

    [Fact]
    public async Task Stream_OnWhichNothingIsSaid_IsReset()
    {
        var stream = await OpenAsync();
        await stream.WriteAsync(Framed(Field(4, Field(1, TestBlocks.Raw(1).Cid.ToBytes()))), Cancelled);
        await _bob.Sink.NextAsync<BlockPresence[]>();
        var reading = AssertResetAsync(stream);
        await UntilAsync("the stream is reset", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            return reading.IsCompleted;
        });
        await reading;
        Assert.Empty(_bob.Observer.Failures);
    }

    [Fact]
    public async Task Streams_MoreThanOnePeerMayHave_AreReset()
    {
        var streams = new List<IProtocolStream>();
        for (var i = 0; i < 16; i++)
        {
            streams.Add(await OpenAsync());
            await streams[i].WriteAsync(Framed(Field(4, Field(1, TestBlocks.Raw(i).Cid.ToBytes()))), Cancelled);
            await _bob.Sink.NextAsync<BlockPresence[]>();
        }

        var more = await OpenAsync();
        await AssertResetAsync(more);

        // One that ends makes room.
        await streams[0].CompleteWritesAsync(Cancelled);
        Assert.Equal(0, await streams[0].ReadAsync(new byte[1], Cancelled));
        await UntilAsync("there is room", () => _bob.Host.GetSessions(_mallory.Id)[0].StreamCount == 15);
        var another = await OpenAsync();
        await another.WriteAsync(Framed(Field(4, Field(1, TestBlocks.Raw(99).Cid.ToBytes()))), Cancelled);
        await _bob.Sink.NextAsync<BlockPresence[]>();
    }

    [Fact]
    public async Task Peer_ThatVanishesWithinABlock_LeavesNothing()
    {
        var stream = await OpenAsync();
        byte[] message = Framed(Field(3, [.. Field(1, 1, 0x55, 0x12, 0x20), .. Field(2, new byte[1 << 20])]));
        await stream.WriteAsync(message.AsMemory(0, 500_000), Cancelled);
        _memory.Reset();
        await UntilAsync("nobody is there", () => _bob.Network.Peers.Count == 0 && _bob.Host.Sessions.Count == 0);
        Assert.True(_bob.Sink.IsEmpty);
    }

    private static async Task AssertResetAsync(IProtocolStream stream)
    {
        await Assert.ThrowsAsync<StreamResetException>(async () =>
        {
            while (await stream.ReadAsync(new byte[16], Cancelled).AsTask().WaitAsync(Patience, Cancelled) > 0)
            {
            }
        });
    }

    private static Task UntilAsync(string what, Func<bool> condition) => Eventually.TrueAsync(what, () => Task.FromResult(condition()), Patience, Cancelled);

    private Task<IProtocolStream> OpenAsync() => _mallory.Host.NewStreamAsync(_bob.Id, [BitswapProtocol.Ids[0]], Cancelled);
}
