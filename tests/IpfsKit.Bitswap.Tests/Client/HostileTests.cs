using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Bitswap.Tests.Client;

/// <summary>Peers that lie, stop or send what nobody wants: each costs little and leaves nothing behind.</summary>
public sealed class HostileTests
{
    private static readonly Block Content = TestBlocks.Raw(1, 5000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WrongBytes_TheBlock_ComesFromAnotherAndThePeerIsAskedNoMore()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 50, 1000);
        var (bad, good) = (harness.Network.Add().With(blocks), harness.Network.Add().With(blocks));
        bad.Corrupts = true;
        await using (var session = harness.Session(blocks[0].Cid, bad, good))
        {
            foreach (var block in blocks)
                (await harness.GetAsync(session.GetAsync(block.Cid, Token), TimeSpan.FromSeconds(1)))!.Dispose();
        }

        Assert.Equal([(bad.Id, PeerFailure.UnwantedBlock)], harness.Observer.Failures);
        Assert.Equal(1, bad.BlocksSent);
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task UnrequestedBlock_NothingWantedOfThePeer_IsDroppedUnhashed()
    {
        await using var harness = new ClientHarness();
        var peer = harness.Network.Add();

        peer.Send(Content);
        await harness.PassAsync(TimeSpan.FromMilliseconds(100));

        Assert.Equal([(peer.Id, PeerFailure.UnwantedBlock)], harness.Observer.Failures);
        Assert.Equal(1, harness.Instruments.UnwantedBlocks);
        Assert.False(await harness.Store.HasAsync(Content.Cid, Token));
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task UnrequestedBlock_AnotherWantedOfThePeer_IsNotStored()
    {
        await using var harness = new ClientHarness();
        var peer = harness.Network.Add();
        var wanted = TestBlocks.Raw(2, 1000);
        peer.IsSilent = true;
        await using (var session = harness.Session(wanted.Cid, peer))
        {
            var get = session.GetAsync(wanted.Cid, Token).AsTask();
            await harness.PassAsync(TimeSpan.FromMilliseconds(100));
            peer.Send(Content);
            await harness.PassAsync(TimeSpan.FromMilliseconds(100));

            Assert.False(get.IsCompleted);
            Assert.False(await harness.Store.HasAsync(Content.Cid, Token));
            Assert.Contains((peer.Id, PeerFailure.UnwantedBlock), harness.Observer.Failures);
        }

        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task FloodOfGarbage_AfterAFew_IsDroppedUnhashedAndThePeerAskedNoMore()
    {
        await using var harness = new ClientHarness();
        var peer = harness.Network.Add();
        peer.IsSilent = true;
        await using (var session = harness.Session(Content.Cid, peer))
        {
            _ = session.GetAsync(Content.Cid, Token).AsTask();
            await harness.PassAsync(TimeSpan.FromMilliseconds(100));
            foreach (var garbage in TestBlocks.RawMany(100, 1000, 10))
                peer.Send(garbage);
            await harness.PassAsync(TimeSpan.FromMilliseconds(100));
            peer.Send(Content);
            await harness.PassAsync(TimeSpan.FromSeconds(15));

            Assert.False(await harness.Store.HasAsync(Content.Cid, Token));
            Assert.Single(peer.Entries, static entry => !entry.IsCancel);
        }

        Assert.Equal(1001, harness.Instruments.UnwantedBlocks);
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task HaveThatNeverDelivers_AnotherPeer_CostsOneTimeoutAtMost()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 50, 1000);
        var (liar, good) = (harness.Network.Add(), harness.Network.Add().With(blocks));
        (liar.Lies, liar.Latency) = (true, TimeSpan.FromMilliseconds(1));
        await using (var session = harness.Session(blocks[0].Cid, liar, good))
        {
            var gets = blocks.Select(block => session.GetAsync(block.Cid, Token).AsTask()).ToArray();
            var passed = await harness.UntilAsync(Task.WhenAll(gets));

            foreach (var get in gets)
                (await get)!.Dispose();
            Assert.InRange(passed.TotalSeconds, 0.04, 10);
        }

        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task HaveThatNeverDelivers_NobodyElse_IsABrokenPromise()
    {
        await using var harness = new ClientHarness();
        var liar = harness.Network.Add();
        liar.Lies = true;
        await using (var session = harness.Session(Content.Cid))
        {
            var get = session.GetAsync(Content.Cid, Token).AsTask();
            await harness.UntilAsync(get);

            await Assert.ThrowsAsync<FetchTimeoutException>(() => get);
        }

        Assert.Contains((liar.Id, PeerFailure.BrokenPromise), harness.Observer.Failures);
        await harness.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Empty(liar.Wantlist);
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task VanishingPeer_MidFetch_TheRestComesFromAnother()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 100, 64 << 10);
        var (vanishing, good) = (harness.Network.Add().With(blocks), harness.Network.Add().With(blocks));
        await using (var session = harness.Session(blocks[0].Cid, vanishing, good))
        {
            var gets = blocks.Select(block => session.GetAsync(block.Cid, Token).AsTask()).ToArray();
            await harness.PassAsync(TimeSpan.FromMilliseconds(150));
            Assert.InRange(vanishing.BlocksSent, 1, 90);
            harness.Network.Leave(vanishing);
            var passed = await harness.UntilAsync(Task.WhenAll(gets));

            foreach (var get in gets)
                (await get)!.Dispose();
            Assert.InRange(passed.TotalSeconds, 0.1, 1.5);
            Assert.Contains((vanishing.Id, PeerFailure.Disconnected), harness.Observer.Failures);
        }

        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task VanishingPeer_TheOnlyOne_IsConnectedToAgainAndToldEverything()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 100, 64 << 10);
        var peer = harness.Network.Add().With(blocks);
        await using (var session = harness.Session(blocks[0].Cid, peer))
        {
            var gets = blocks.Select(block => session.GetAsync(block.Cid, Token).AsTask()).ToArray();
            await harness.PassAsync(TimeSpan.FromMilliseconds(150));
            harness.Network.Leave(peer);
            var before = peer.Messages.Count;
            await harness.UntilAsync(Task.WhenAll(gets), TimeSpan.FromSeconds(30));

            foreach (var get in gets)
                (await get)!.Dispose();
            Assert.True(peer.Messages[before].IsFull);
        }

        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task SameBlockAgainAndAgain_OnceMore_IsADuplicateAndThenUnwanted()
    {
        await using var harness = new ClientHarness();
        var peer = harness.Network.Add().With(Content);
        await using (var session = harness.Session(Content.Cid, peer))
        {
            (await harness.GetAsync(session.GetAsync(Content.Cid, Token)))!.Dispose();
            peer.Send(Content);
            await harness.PassAsync(TimeSpan.FromMilliseconds(100));
            Assert.Equal(1, harness.Instruments.DuplicateBlocks);
            Assert.Empty(harness.Observer.Failures);
            peer.Send(Content);
            await harness.PassAsync(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal((3, 1, 1), (harness.Instruments.BlocksReceived, harness.Instruments.DuplicateBlocks, harness.Instruments.UnwantedBlocks));
        Assert.Equal([(peer.Id, PeerFailure.UnwantedBlock)], harness.Observer.Failures);
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task BlockSaidAgainAndAgain_AnsweredLateAsOften_IsNotHeldAgainstTheOnlyPeer()
    {
        await using var harness = new ClientHarness();
        var other = TestBlocks.Raw(2, 5000);
        var peer = harness.Network.Add().With(other);
        peer.IsSilent = true;
        await using (var session = harness.Client.CreateSession(Content.Cid, new BitswapSessionOptions { Peers = [peer.Info], IdleTimeout = TimeSpan.FromMinutes(10) }))
        {
            var get = session.GetAsync(Content.Cid, Token).AsTask();
            await harness.PassAsync(TimeSpan.FromMinutes(2));
            var said = peer.Entries.Count(entry => !entry.IsCancel && entry.Cid == Content.Cid);
            Assert.InRange(said, 3, 20);
            for (var i = 0; i < said; i++)
                peer.Send(Content);
            await harness.PassAsync(TimeSpan.FromMilliseconds(100));
            (await get)!.Dispose();
            Assert.Equal((said - 1, 0), (harness.Instruments.DuplicateBlocks, harness.Instruments.UnwantedBlocks));

            peer.IsSilent = false;
            (await harness.GetAsync(session.GetAsync(other.Cid, Token), TimeSpan.FromSeconds(5)))!.Dispose();
        }

        Assert.DoesNotContain((peer.Id, PeerFailure.UnwantedBlock), harness.Observer.Failures);
        await harness.AssertNothingLeftAsync();
    }
}
