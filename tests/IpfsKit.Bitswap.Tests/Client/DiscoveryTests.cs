using IpfsKit.Bitswap.Messages;
using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Bitswap.Tests.Client;

public sealed class DiscoveryTests
{
    private static readonly Block Content = TestBlocks.Raw(1, 5000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NoPeerGiven_NearPeers_AreAskedWhetherTheyHaveIt()
    {
        await using var harness = new ClientHarness();
        var (without, with, far) = (harness.Network.Add(), harness.Network.Add().With(Content), harness.Network.Add(isNear: false).With(Content));
        await using var session = harness.Session(Content.Cid);

        var get = session.GetAsync(Content.Cid, Token).AsTask();
        var passed = await harness.UntilAsync(get);
        await harness.PassAsync(TimeSpan.FromMilliseconds(100));

        (await get)!.Dispose();
        Assert.InRange(passed.TotalMilliseconds, 80, 110);
        Assert.Equal(WantKind.Have, without.Entries.First().Kind);
        Assert.Equal([WantKind.Have, WantKind.Block], with.Entries.Select(static entry => entry.Kind));
        Assert.Empty(far.Messages);
        Assert.Empty(without.Wantlist);
    }

    [Fact]
    public async Task NobodyWorthAsking_Providers_AreSearchedForAtOnce()
    {
        var finder = new ScriptedFinder();
        await using var harness = new ClientHarness(finder: finder);
        var provider = harness.Network.Add(isNear: false, isConnected: false).With(Content);
        finder.Found = [provider.Info];
        harness.Network.Add(isNear: false);
        await using var session = harness.Session(Content.Cid);

        var get = session.GetAsync(Content.Cid, Token).AsTask();
        var passed = await harness.UntilAsync(get);

        (await get)!.Dispose();
        Assert.Equal([Content.Cid], finder.Asked);
        Assert.InRange(passed.TotalMilliseconds, 80, 120);
    }

    [Fact]
    public async Task AllSaidNo_Providers_AreSearchedForThen()
    {
        var finder = new ScriptedFinder();
        await using var harness = new ClientHarness(finder: finder);
        harness.Network.Add();
        harness.Network.Add().Latency = TimeSpan.FromMilliseconds(100);
        await using var session = harness.Waiting(Content.Cid);

        var get = session.GetAsync(Content.Cid, Token).AsTask();
        await harness.PassAsync(TimeSpan.FromMilliseconds(195));
        Assert.Empty(finder.Asked);
        await harness.PassAsync(TimeSpan.FromMilliseconds(20));

        Assert.Equal([Content.Cid], finder.Asked);
        Assert.False(get.IsCompleted);
    }

    [Fact]
    public async Task OneSaysNothing_Providers_AreSearchedForAfterItsTime()
    {
        var finder = new ScriptedFinder();
        await using var harness = new ClientHarness(finder: finder);
        harness.Network.Add().IsSilent = true;
        await using var session = harness.Waiting(Content.Cid);

        var get = session.GetAsync(Content.Cid, Token).AsTask();
        await harness.PassAsync(TimeSpan.FromSeconds(4.9));
        Assert.Empty(finder.Asked);
        await harness.PassAsync(TimeSpan.FromSeconds(0.2));

        Assert.Equal([Content.Cid], finder.Asked);
        Assert.False(get.IsCompleted);
    }

    [Fact]
    public async Task Strangers_AfterASecond_AreAskedToo()
    {
        var finder = new ScriptedFinder { NeverEnds = true };
        await using var harness = new ClientHarness(finder: finder);
        var stranger = harness.Network.Add(isNear: false).With(Content);
        await using var session = harness.Session(Content.Cid);

        var get = session.GetAsync(Content.Cid, Token).AsTask();
        var passed = await harness.UntilAsync(get);

        (await get)!.Dispose();
        Assert.InRange(passed.TotalSeconds, 1, 1.2);
        Assert.Equal(1, stranger.BlocksSent);
    }

    [Fact]
    public async Task Strangers_WhoDeliveredBefore_AreAskedAtOnce()
    {
        await using var harness = new ClientHarness(finder: new ScriptedFinder { NeverEnds = true });
        var second = TestBlocks.Raw(2, 1000);
        var peer = harness.Network.Add(isNear: false).With(Content, second);
        await using (var session = harness.Session(Content.Cid, peer))
            (await harness.GetAsync(session.GetAsync(Content.Cid, Token)))!.Dispose();

        await using var other = harness.Session(second.Cid);
        var get = other.GetAsync(second.Cid, Token).AsTask();
        var passed = await harness.UntilAsync(get);

        (await get)!.Dispose();
        Assert.InRange(passed.TotalMilliseconds, 80, 110);
    }

    [Fact]
    public async Task PreferredPeers_AreAskedAtOnce()
    {
        await using var harness = new ClientHarness(finder: new ScriptedFinder { NeverEnds = true }, isPreferred: static _ => true);
        harness.Network.Add(isNear: false).With(Content);
        await using var session = harness.Session(Content.Cid);

        var get = session.GetAsync(Content.Cid, Token).AsTask();
        var passed = await harness.UntilAsync(get);

        (await get)!.Dispose();
        Assert.InRange(passed.TotalMilliseconds, 80, 110);
    }

    [Fact]
    public async Task GivenPeers_AreAskedBeforeAnybodyElse()
    {
        var finder = new ScriptedFinder();
        await using var harness = new ClientHarness(finder: finder);
        var (given, near) = (harness.Network.Add(isConnected: false).With(Content), harness.Network.Add().With(Content));
        await using var session = harness.Session(Content.Cid, given);

        (await harness.GetAsync(session.GetAsync(Content.Cid, Token)))!.Dispose();

        Assert.Equal(1, given.BlocksSent);
        Assert.Empty(near.Messages);
        Assert.Empty(finder.Asked);
    }

    [Fact]
    public async Task GivenPeerThatCannotBeReached_IsObservedAndOthersAreAsked()
    {
        await using var harness = new ClientHarness();
        var (given, near) = (harness.Network.Add(isConnected: false), harness.Network.Add().With(Content));
        given.IsUnreachable = true;
        await using (var session = harness.Session(Content.Cid, given))
        {
            var get = session.GetAsync(Content.Cid, Token).AsTask();
            var passed = await harness.UntilAsync(get);

            (await get)!.Dispose();
            Assert.InRange(passed.TotalMilliseconds, 100, 200);
            Assert.Equal(1, near.BlocksSent);
        }

        Assert.Equal([(given.Id, PeerFailure.Unreachable)], harness.Observer.Failures);
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task ConnectingThatBreaks_IsLoggedAndOthersAreAsked()
    {
        await using var harness = new ClientHarness();
        var (given, near) = (harness.Network.Add(isConnected: false), harness.Network.Add().With(Content));
        given.Breaks = new InvalidOperationException("A bug.");
        await using (var session = harness.Session(Content.Cid, given))
        {
            var get = session.GetAsync(Content.Cid, Token).AsTask();
            var passed = await harness.UntilAsync(get);

            (await get)!.Dispose();
            Assert.InRange(passed.TotalMilliseconds, 100, 200);
            Assert.Equal(1, near.BlocksSent);
        }

        Assert.Contains(harness.Logger.Collector.GetSnapshot(), record => record.Level == LogLevel.Error && record.Exception == given.Breaks);
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task OnlyThesePeers_NobodyElse_IsAsked()
    {
        var finder = new ScriptedFinder();
        await using var harness = new ClientHarness(finder: finder);
        var (given, near) = (harness.Network.Add(), harness.Network.Add().With(Content));
        await using var session = harness.Client.CreateSession(Content.Cid, new BitswapSessionOptions { Peers = [given.Info], OnlyThesePeers = true });

        var get = session.GetAsync(Content.Cid, Token).AsTask();
        await harness.UntilAsync(get);

        Assert.Null(await get);
        Assert.Empty(near.Messages);
        Assert.Empty(finder.Asked);
    }

    [Fact]
    public async Task Nobody_AfterAWhile_EverybodyIsAskedAgain()
    {
        var finder = new ScriptedFinder();
        await using var harness = new ClientHarness(finder: finder);
        var peer = harness.Network.Add();
        await using var session = harness.Waiting(Content.Cid);

        var get = session.GetAsync(Content.Cid, Token).AsTask();
        await harness.PassAsync(TimeSpan.FromSeconds(9));
        Assert.Single(peer.Entries);
        peer.With(Content);
        var passed = await harness.UntilAsync(get);

        (await get)!.Dispose();
        Assert.InRange(passed.TotalSeconds, 1, 1.3);
    }

    [Fact]
    public async Task ManyRounds_Questions_StayBounded()
    {
        var finder = new ScriptedFinder();
        await using var harness = new ClientHarness(finder: finder);
        var peer = harness.Network.Add();
        await using (var session = harness.Client.CreateSession(Content.Cid, new BitswapSessionOptions { NotFoundDelay = Timeout.InfiniteTimeSpan, IdleTimeout = TimeSpan.FromMinutes(10) }))
        {
            var get = session.GetAsync(Content.Cid, Token).AsTask();
            await harness.UntilAsync(get, TimeSpan.FromMinutes(11));
            await Assert.ThrowsAsync<FetchTimeoutException>(() => get);
        }

        // 10 s, 20 s, 40 s, then once a minute.
        Assert.InRange(peer.Entries.Count(static entry => !entry.IsCancel), 8, 14);
        Assert.InRange(finder.Asked.Count, 8, 14);
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task FinderThatFails_TheSession_GoesOn()
    {
        var finder = new ScriptedFinder { Failure = new InvalidOperationException("No network.") };
        await using var harness = new ClientHarness(finder: finder);
        var stranger = harness.Network.Add(isNear: false).With(Content);
        await using var session = harness.Session(Content.Cid);

        (await harness.GetAsync(session.GetAsync(Content.Cid, Token)))!.Dispose();

        Assert.Equal(1, stranger.BlocksSent);
    }

    [Fact]
    public async Task ChildWithoutProviders_TheRootsProviders_AreFound()
    {
        var finder = new ScriptedFinder { Only = Content.Cid };
        await using var harness = new ClientHarness(finder: finder);
        var child = TestBlocks.Raw(2, 1000);
        var provider = harness.Network.Add(isNear: false, isConnected: false).With(child);
        finder.Found = [provider.Info];
        await using var session = harness.Session(Content.Cid);

        (await harness.GetAsync(session.GetAsync(child.Cid, Token)))!.Dispose();

        Assert.Equal([Content.Cid], finder.Asked);
    }

    [Fact]
    public async Task PeersAddedLater_AreAsked()
    {
        await using var harness = new ClientHarness();
        var (first, later) = (harness.Network.Add(), harness.Network.Add(isNear: false, isConnected: false).With(Content));
        await using var session = harness.Waiting(Content.Cid, first);
        var get = session.GetAsync(Content.Cid, Token).AsTask();
        await harness.PassAsync(TimeSpan.FromSeconds(2));

        session.AddPeer(later.Info);
        var passed = await harness.UntilAsync(get);

        (await get)!.Dispose();
        Assert.InRange(passed.TotalMilliseconds, 80, 120);
    }
}
