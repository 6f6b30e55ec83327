using IpfsKit.Bitswap.Messages;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Bitswap.Tests.Client;

public sealed class SessionTests
{
    private static readonly Block Content = TestBlocks.Raw(1, 5000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetAsync_BlockInTheStore_AsksNobody()
    {
        await using var harness = new ClientHarness();
        var peer = harness.Network.Add().With(Content);
        await harness.Store.PutAsync(Content, Token);
        await using var session = harness.Session(Content.Cid, peer);

        using var block = await session.GetAsync(Content.Cid, Token);

        Assert.Equal(Content.Data.Span, block!.Data.Span);
        Assert.Empty(peer.Messages);
    }

    [Fact]
    public async Task GetAsync_IdentityCid_HoldsItsBytes()
    {
        await using var harness = new ClientHarness();
        await using var session = harness.Session(Content.Cid);

        using var block = await session.GetAsync(Cid.CreateV1(Multicodec.Raw, MultihashAlgorithm.Compute(Multicodec.Identity, [1, 2, 3])), Token);

        Assert.Equal([1, 2, 3], block!.Data.ToArray());
    }

    [Fact]
    public async Task GetAsync_HashThatProvesNothing_Throws()
    {
        await using var harness = new ClientHarness();
        await using var session = harness.Session(Content.Cid);

        await Assert.ThrowsAsync<UnsupportedHashException>(async () => await session.GetAsync(Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Sha2_256, [1, 2, 3])), Token));
    }

    [Fact]
    public async Task GetAsync_PeerHasIt_VerifiedStoredAndCounted()
    {
        await using var harness = new ClientHarness();
        var peer = harness.Network.Add().With(Content);
        var progress = new List<FetchedBlock>();
        await using (var session = harness.Client.CreateSession(Content.Cid, new BitswapSessionOptions { Peers = [peer.Info], Progress = new Reporter(progress) }))
        {
            using var block = await harness.GetAsync(session.GetAsync(Content.Cid, Token));
            await session.FlushAsync(Token);

            Assert.True(block!.IsVerified);
            Assert.Equal(Content.Data.Span, block.Data.Span);
            Assert.True(await harness.Store.HasAsync(Content.Cid, Token));
            Assert.Equal([new FetchedBlock(Content.Cid, Content.Size, peer.Id)], progress);
            Assert.Equivalent(new SessionStatistics(1, Content.Size, 0, 0, new Dictionary<PeerId, long> { [peer.Id] = Content.Size }), session.Statistics);
            var delivered = Assert.Single(harness.Observer.Deliveries);
            Assert.Equal((peer.Id, Content.Size), (delivered.Peer, delivered.Bytes));
            Assert.InRange(delivered.Latency.TotalMilliseconds, 40, 60);
        }

        Assert.Empty(peer.Wantlist);
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task GetAsync_TwoNamesOfOneHash_OneWantAndEachItsName()
    {
        await using var harness = new ClientHarness();
        var peer = harness.Network.Add().With(Content);
        await using var session = harness.Session(Content.Cid, peer);
        var other = Content.Cid.WithCodec(Multicodec.DagCbor);

        var gets = new[] { session.GetAsync(Content.Cid, Token).AsTask(), session.GetAsync(other, Token).AsTask() };
        await harness.UntilAsync(Task.WhenAll(gets));

        using var first = await gets[0];
        using var second = await gets[1];
        Assert.Equal([Content.Cid, other], [first!.Cid, second!.Cid]);
        Assert.Equal(Content.Data.Span, second.Data.Span);
        Assert.Single(peer.Entries);
    }

    [Fact]
    public async Task GetAsync_TwoSessions_AskedForOnce()
    {
        await using var harness = new ClientHarness();
        var (peer, other) = (harness.Network.Add().With(Content), harness.Network.Add().With(Content));
        await using var first = harness.Session(Content.Cid, peer);
        await using var second = harness.Session(Content.Cid, other);

        var gets = new[] { first.GetAsync(Content.Cid, Token).AsTask(), second.GetAsync(Content.Cid, Token).AsTask() };
        await harness.UntilAsync(Task.WhenAll(gets));

        foreach (var get in gets)
            (await get)!.Dispose();
        Assert.Equal(1, peer.BlocksSent + other.BlocksSent);
    }

    [Fact]
    public async Task GetAsync_Cancelled_PeersAreTold()
    {
        await using var harness = new ClientHarness();
        var peer = harness.Network.Add();
        peer.IsSilent = true;
        await using var session = harness.Session(Content.Cid, peer);
        using var cancel = new CancellationTokenSource();

        var get = session.GetAsync(Content.Cid, cancel.Token).AsTask();
        await harness.PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.Single(peer.Wantlist);
        await cancel.CancelAsync();
        await harness.PassAsync(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
        Assert.Empty(peer.Wantlist);
        Assert.Empty(harness.Client.Wantlist);
    }

    [Fact]
    public async Task GetAsync_CancelledWhileAnotherWaits_StaysWanted()
    {
        await using var harness = new ClientHarness();
        var peer = harness.Network.Add().With(Content);
        await using var session = harness.Session(Content.Cid, peer);
        await using var other = harness.Session(Content.Cid, peer);
        using var cancel = new CancellationTokenSource();

        var cancelled = session.GetAsync(Content.Cid, cancel.Token).AsTask();
        var kept = other.GetAsync(Content.Cid, Token);
        await cancel.CancelAsync();
        using var block = await harness.GetAsync(kept);

        Assert.NotNull(block);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.DoesNotContain(peer.Entries, static entry => entry.IsCancel);
    }

    [Fact]
    public async Task DisposeAsync_GetsThatWait_EndAndPeersAreTold()
    {
        await using var harness = new ClientHarness();
        var peer = harness.Network.Add();
        peer.IsSilent = true;
        var session = harness.Session(Content.Cid, peer);
        var get = session.GetAsync(Content.Cid, Token).AsTask();
        await harness.PassAsync(TimeSpan.FromMilliseconds(100));

        await session.DisposeAsync();
        await harness.PassAsync(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAsync<ObjectDisposedException>(() => get);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await session.GetAsync(Content.Cid, Token));
        Assert.Empty(peer.Wantlist);
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task GetAsync_NobodyHasIt_TimesOutAfterTheIdleTime()
    {
        await using var harness = new ClientHarness();
        var peer = harness.Network.Add();
        await using (var session = harness.Waiting(Content.Cid, peer))
        {
            var get = session.GetAsync(Content.Cid, Token).AsTask();
            var passed = await harness.UntilAsync(get);

            var timeout = await Assert.ThrowsAsync<FetchTimeoutException>(() => get);
            Assert.Equal((Content.Cid, 1), (timeout.Cid, timeout.Peers));
            Assert.InRange(passed.TotalSeconds, 29.9, 30.1);
        }

        await harness.PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.Empty(peer.Wantlist);
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task GetAsync_ProgressOfOthers_PutsTheTimeoutOff()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(10, 3, 1000);
        var peer = harness.Network.Add().With(blocks);
        await using var session = harness.Client.CreateSession(Content.Cid, new BitswapSessionOptions { Peers = [peer.Info], NotFoundDelay = Timeout.InfiniteTimeSpan, IdleTimeout = TimeSpan.FromSeconds(2) });
        var missing = session.GetAsync(Content.Cid, Token).AsTask();
        var start = harness.Now;
        foreach (var block in blocks)
        {
            (await harness.GetAsync(session.GetAsync(block.Cid, Token)))!.Dispose();
            await harness.PassAsync(TimeSpan.FromSeconds(1.5));
        }

        Assert.False(missing.IsCompleted);
        await harness.UntilAsync(missing);

        await Assert.ThrowsAsync<FetchTimeoutException>(() => missing);
        Assert.InRange((harness.Now - start).TotalSeconds, 4.9, 5.3);
    }

    [Fact]
    public async Task GetAsync_PeerBefore12_OnlyWantsBlocks()
    {
        await using var harness = new ClientHarness();
        var (old, newer) = (harness.Network.Add(BitswapVersion.V110).With(Content), harness.Network.Add(BitswapVersion.V100).With(Content));
        await using var session = harness.Session(Content.Cid);

        using var block = await harness.GetAsync(session.GetAsync(Content.Cid, Token));

        Assert.NotNull(block);
        Assert.All(old.Entries.Concat(newer.Entries), static entry => Assert.True(entry.IsCancel || entry is { Kind: WantKind.Block, SendDontHave: false }));
    }

    private sealed class Reporter(List<FetchedBlock> reports) : IProgress<FetchedBlock>
    {
        public void Report(FetchedBlock value) => reports.Add(value);
    }
}
