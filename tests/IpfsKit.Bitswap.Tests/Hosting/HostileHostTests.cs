using IpfsKit.Bitswap.Client;
using IpfsKit.Bitswap.Messages;
using IpfsKit.Ipld;
using IpfsKit.Libp2p;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;
using static IpfsKit.Bitswap.Tests.Messages.Wired;

namespace IpfsKit.Bitswap.Tests.Hosting;

/// <summary>What peers do wrong, against a whole node that fetches from them and serves them: each costs one timeout at most, is scored, and leaves no memory behind.</summary>
public sealed class HostileHostTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How long a peer that has never delivered is waited for: 5 s, and what the block would take of 1 MiB/s.</summary>
    private static readonly TimeSpan OneTimeout = TimeSpan.FromSeconds(8);

    private static readonly Block Content = TestBlocks.Raw(1, 100_000);

    private readonly InMemoryNetwork _memory = new();
    private ExchangeNode _alice = null!;
    private ExchangeNode _bob = null!;
    private WirePeer _mallory = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _alice = await ExchangeNode.StartAsync(_memory);
        _bob = await ExchangeNode.StartAsync(_memory);
        _mallory = await WirePeer.StartAsync(_memory);
        await _bob.Store.PutAsync(Content, Cancelled);
        await _mallory.ConnectAsync(_alice);
    }

    public async ValueTask DisposeAsync()
    {
        await _mallory.DisposeAsync();
        await _bob.DisposeAsync();
        await _alice.DisposeAsync();
    }

    [Fact]
    public async Task WrongBytes_TheBlock_ComesFromAnother()
    {
        var getting = FetchAsync();
        await _mallory.UntilWantedAsync(Content.Cid);
        await _mallory.SendAsync(_alice, WirePeer.Payload(TestBlocks.Raw(2, 100_000).Data.Span));

        await AssertFetchedAsync(getting);
        await UntilScoredAsync(PeerFailure.UnwantedBlock);
        Assert.Equal(1, _alice.Bitswap.Statistics.UnwantedBlocksReceived);
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task UnrequestedBlocks_AreDroppedAndNeverStored()
    {
        var blocks = TestBlocks.RawMany(10, 20, 50_000);
        foreach (var block in blocks)
            await _mallory.SendAsync(_alice, WirePeer.Payload(block.Data.Span));

        await UntilScoredAsync(PeerFailure.UnwantedBlock, 20);
        Assert.Equal(0, _alice.Store.Count);
        Assert.True(_alice.Host.IsConnected(_mallory.Id));
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task HaveThatNeverDelivers_CostsOneTimeout()
    {
        var getting = FetchAsync();
        await _mallory.UntilWantedAsync(Content.Cid);
        await _mallory.SendAsync(_alice, WirePeer.Have(Content.Cid));

        await AssertFetchedAsync(getting);
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task HaveThatNeverDelivers_NobodyElse_IsABrokenPromise()
    {
        // Longer than anybody waits for the peer, however busy this machine is: that the session's own time ends too is shown where the clock is ours.
        await using (var session = _alice.Bitswap.CreateSession(Content.Cid, new BitswapSessionOptions { IdleTimeout = Patience * 2 }))
        {
            using var givenUp = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
            var getting = session.GetAsync(Content.Cid, givenUp.Token).AsTask();
            await _mallory.UntilWantedAsync(Content.Cid, WantKind.Have);
            await _mallory.SendAsync(_alice, WirePeer.Have(Content.Cid));
            await _mallory.UntilWantedAsync(Content.Cid);
            await UntilScoredAsync(PeerFailure.BrokenPromise);
            await givenUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => getting.WaitAsync(Patience, Cancelled));
        }

        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task PeerThatVanishesWithinABlock_TheBlock_ComesFromAnother()
    {
        var getting = FetchAsync();
        await _mallory.UntilWantedAsync(Content.Cid);
        var stream = await _mallory.OpenAsync(_alice);
        await stream.WriteAsync(Framed(WirePeer.Payload(Content.Data.Span)).AsMemory(0, 60_000), Cancelled);
        await UntilAsync("the block's memory is reserved", () => Memory(_mallory.Id) >= Content.Size);
        await _mallory.DisposeAsync();

        await AssertFetchedAsync(getting);
        await UntilScoredAsync(PeerFailure.Disconnected);
        await UntilAsync("nothing is held for the peer", () => Memory(_mallory.Id) == 0);
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task ResetWithinABlock_CostsOneTimeout()
    {
        var getting = FetchAsync();
        await _mallory.UntilWantedAsync(Content.Cid);
        var before = Memory(_mallory.Id);
        var stream = await _mallory.OpenAsync(_alice);
        await stream.WriteAsync(Framed(WirePeer.Payload(Content.Data.Span)).AsMemory(0, 60_000), Cancelled);
        await UntilAsync("the block's memory is reserved", () => Memory(_mallory.Id) >= before + Content.Size);
        stream.Reset();

        await AssertFetchedAsync(getting);
        await UntilAsync("the block's memory is given back", () => Memory(_mallory.Id) < before + Content.Size);
        Assert.True(_alice.Host.IsConnected(_mallory.Id));
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task MessageOverTheLimit_CostsItsStreamAndOneTimeout()
    {
        var getting = FetchAsync();
        await _mallory.UntilWantedAsync(Content.Cid);
        var stream = await _mallory.OpenAsync(_alice);
        await stream.WriteAsync(Hex("81808002"), Cancelled);

        await UntilScoredAsync(PeerFailure.ProtocolViolation);
        await AssertFetchedAsync(getting);
        Assert.True(_alice.Host.IsConnected(_mallory.Id));
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task BlockOverTheLimit_CostsItsStreamAndOneTimeout()
    {
        var getting = FetchAsync();
        await _mallory.UntilWantedAsync(Content.Cid);
        var stream = await _mallory.OpenAsync(_alice);
        await stream.WriteAsync(Framed(WirePeer.Payload(new byte[BlockLimits.MaxBlockBytes + 1])).AsMemory(0, 1000), Cancelled);

        await UntilScoredAsync(PeerFailure.ProtocolViolation);
        await AssertFetchedAsync(getting);
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task MillionWants_ThenADisconnect_LeaveNothing()
    {
        var wants = Soak.Count(200_000, 1_000_000);
        var cid = Content.Cid.ToBytes();
        var said = 0;
        await using (var stream = await _mallory.OpenAsync(_alice))
        {
            while (said < wants)
            {
                var batch = Enumerable.Range(said, Math.Min(8_000, wants - said)).Select(number =>
                {
                    var other = cid.ToArray();
                    BitConverter.TryWriteBytes(other.AsSpan(8), number);
                    return other;
                });
                await stream.WriteAsync(Framed(WirePeer.Wants(batch)), Cancelled);
                said += 8_000;
            }

            await stream.CompleteWritesAsync(Cancelled);
            Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancelled));
        }

        Assert.InRange(_alice.Bitswap.GetWantlist(_mallory.Id).Count, 1, 1024);
        Assert.Equal(0, _alice.Exchange.Client.Usage.Wants);
        await _mallory.DisconnectAsync(_alice);
        await UntilAsync("nothing is wanted any more", () => _alice.Exchange.Server.Engine.WantCount == 0 && _alice.Exchange.Server.Engine.WaitedBlocks == 0);
        await UntilAsync("nothing is held for the peer", () => Memory(_mallory.Id) == 0);
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task IdentityCids_InAWantlist_AreIgnoredAndTheRestIsAnswered()
    {
        await _alice.Store.PutAsync(Content, Cancelled);
        byte[] identity = [1, 0x55, 0, 5, 1, 2, 3, 4, 5];
        byte[] longest = [1, 0x55, 0, 0x80, 1, .. new byte[128]];
        byte[] longer = [1, 0x55, 0, 0x81, 1, .. new byte[129]];

        await _mallory.SendAsync(_alice, WirePeer.Wants(identity, longest, longer, Content.Cid.ToBytes()));

        Assert.Equal(Content.Data.ToArray(), await _mallory.NextAsync<byte[]>());
        await UntilAsync("nothing is wanted any more", () => _alice.Bitswap.GetWantlist(_mallory.Id).Count == 0);
        Assert.True(_mallory.HasNothing);
        Assert.Empty(_alice.Observer.Failures);
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task WantsForContentWeLack_AreNeverFetchedForAStranger()
    {
        await _alice.Host.ConnectAsync(_bob.Info, Cancelled);
        await _alice.UntilPeersAsync(2);

        await _mallory.SendAsync(_alice, WirePeer.Wants(Content.Cid.ToBytes()));

        Assert.Equal([new BlockPresence(Content.Cid, false)], await _mallory.NextAsync<BlockPresence[]>());
        Assert.Empty(_alice.Bitswap.Wantlist);
        Assert.Equal(0, _bob.Bitswap.Statistics.MessagesReceived);
        Assert.Equal(0, _alice.Store.Count);
        await _mallory.DisconnectAsync(_alice);
        await UntilAsync("nothing is wanted any more", () => _alice.Exchange.Server.Engine.WantCount == 0 && _alice.Exchange.Server.Engine.WaitedBlocks == 0);
    }

    private async Task FetchAsync()
    {
        await using var session = _alice.Bitswap.CreateSession(Content.Cid, new BitswapSessionOptions { Peers = [_mallory.Info, _bob.Info] });
        (await session.GetRequiredAsync(Content.Cid, Cancelled)).Dispose();
    }

    /// <summary>The peer that the block was asked of first is the hostile one; it must not cost more than its timeout.</summary>
    private static Task AssertFetchedAsync(Task getting) => getting.WaitAsync(OneTimeout, Cancelled);

    private long Memory(PeerId peer) => _alice.Host.Resources.GetPeer(peer).Memory;

    private Task UntilScoredAsync(PeerFailure failure, int times = 1) =>
        UntilAsync($"{failure} is scored", () => _alice.Observer.Failures.Count(scored => scored == (_mallory.Id, failure)) == times);

    private Task AssertNothingLeftAsync() => UntilAsync("nothing is left", () => _alice.Exchange.Client.Usage with { Late = 0 } == new ClientUsage(0, 0, 0, 0, 0, 0));

    private static Task UntilAsync(string what, Func<bool> condition) => Eventually.TrueAsync(what, () => Task.FromResult(condition()), Patience, Cancelled);
}
