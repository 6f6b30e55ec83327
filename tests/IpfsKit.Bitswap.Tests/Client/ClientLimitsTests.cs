using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Bitswap.Tests.Client;

public sealed class ClientLimitsTests
{
    private static readonly Block Content = TestBlocks.Raw(1, 5000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sessions_OverTheLimit_AreRefused()
    {
        await using var harness = new ClientHarness(static options => options.MaxSessions = 2);
        await using var first = harness.Session(Content.Cid);
        var second = harness.Session(Content.Cid);

        var limit = Assert.Throws<FetchLimitException>(() => harness.Session(Content.Cid));
        Assert.Equal(("MaxSessions", 2L), (limit.Limit, limit.Value));
        await second.DisposeAsync();
        await using var third = harness.Session(Content.Cid);
    }

    [Fact]
    public async Task Wants_OverTheLimit_AreRefused()
    {
        await using var harness = new ClientHarness(static options => options.MaxWantsPerSession = 2);
        var blocks = TestBlocks.RawMany(1, 3);
        await using var session = harness.Session(blocks[0].Cid);
        _ = session.GetAsync(blocks[0].Cid, Token).AsTask();
        _ = session.GetAsync(blocks[1].Cid, Token).AsTask();

        var limit = await Assert.ThrowsAsync<FetchLimitException>(async () => await session.GetAsync(blocks[2].Cid, Token));
        Assert.Equal("MaxWantsPerSession", limit.Limit);
    }

    [Fact]
    public async Task Peers_OverTheLimit_AreLeftAlone()
    {
        await using var harness = new ClientHarness(static options => options.MaxPeersPerSession = 3);
        var blocks = TestBlocks.RawMany(1, 100, 10_000);
        var peers = Enumerable.Range(0, 8).Select(_ => harness.Network.Add(isNear: false).With(blocks)).ToArray();
        await using var session = harness.Session(blocks[0].Cid, peers);

        var gets = blocks.Select(block => session.GetAsync(block.Cid, Token).AsTask()).ToArray();
        await harness.UntilAsync(Task.WhenAll(gets));

        foreach (var get in gets)
            (await get)!.Dispose();
        Assert.Equal(3, peers.Count(static peer => peer.Messages.Count > 0));
    }

    [Fact]
    public async Task Wants_OfOnePeer_AreNeverMoreThanTheLimit()
    {
        await using var harness = new ClientHarness(static options => (options.MaxWantsPerPeer, options.MaxWindow) = (32, 32));
        var blocks = TestBlocks.RawMany(1, 200, 100);
        var peer = harness.Network.Add().With(blocks);
        var sessions = Enumerable.Range(0, 5).Select(_ => harness.Session(blocks[0].Cid, peer)).ToArray();
        var gets = blocks.Select((block, i) => sessions[i % 5].GetAsync(block.Cid, Token).AsTask()).ToArray();
        var most = 0;
        while (gets.Any(static get => !get.IsCompleted))
        {
            await harness.PassAsync(TimeSpan.FromMilliseconds(5));
            most = Math.Max(most, peer.Wantlist.Count);
        }

        foreach (var get in gets)
            (await get)!.Dispose();
        Assert.InRange(most, 16, 32);
        foreach (var session in sessions)
            await session.DisposeAsync();
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task MaxBytes_WouldBePassed_TheSessionFails()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 5, 1000);
        var peer = harness.Network.Add().With(blocks);
        await using (var session = harness.Client.CreateSession(blocks[0].Cid, new BitswapSessionOptions { Peers = [peer.Info], MaxBytes = 3000 }))
        {
            foreach (var block in blocks[..3])
                (await harness.GetAsync(session.GetAsync(block.Cid, Token)))!.Dispose();
            var get = session.GetAsync(blocks[3].Cid, Token).AsTask();
            await harness.UntilAsync(get);

            var limit = await Assert.ThrowsAsync<FetchLimitException>(() => get);
            Assert.Equal(("MaxBytes", 3000L), (limit.Limit, limit.Value));
            await Assert.ThrowsAsync<FetchLimitException>(async () => await session.GetAsync(blocks[4].Cid, Token));
        }

        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Settings_OutOfRange_AreRefused()
    {
        await using var harness = new ClientHarness();

        Assert.Throws<ArgumentOutOfRangeException>(() => harness.Client.CreateSession(Content.Cid, new BitswapSessionOptions { IdleTimeout = TimeSpan.FromMilliseconds(99) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => harness.Client.CreateSession(Content.Cid, new BitswapSessionOptions { MaxBytes = 0 }));
        Assert.Throws<ArgumentException>(() => harness.Client.CreateSession(default));
        await using var session = harness.Client.CreateSession(Content.Cid, new BitswapSessionOptions { IdleTimeout = Timeout.InfiniteTimeSpan });
    }
}
