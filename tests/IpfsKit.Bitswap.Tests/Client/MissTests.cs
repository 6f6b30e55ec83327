using IpfsKit.Bitswap.Messages;
using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Bitswap.Tests.Client;

public sealed class MissTests
{
    private static readonly Block Content = TestBlocks.Raw(1, 5000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DontHave_AnotherPeer_IsAskedAtOnce()
    {
        await using var harness = new ClientHarness();
        var peers = new[] { harness.Network.Add(), harness.Network.Add(), harness.Network.Add().With(Content) };
        await using var session = harness.Session(Content.Cid, peers);

        var get = session.GetAsync(Content.Cid, Token).AsTask();
        var passed = await harness.UntilAsync(get);

        (await get)!.Dispose();
        // Twice to a peer and back: the others were asked whether they have it while the first was asked for it.
        Assert.InRange(passed.TotalMilliseconds, 80, 110);
        Assert.Empty(harness.Observer.Failures);
    }

    [Fact]
    public async Task SilentPeerBefore12_NothingKnown_CostsFiveSeconds()
    {
        await using var harness = new ClientHarness(finder: new ScriptedFinder());
        var (silent, other) = (harness.Network.Add(BitswapVersion.V110), harness.Network.Add(BitswapVersion.V110, isNear: false, isConnected: false).With(Content));
        silent.IsSilent = true;
        await using var session = harness.Session(Content.Cid, silent);
        ((ScriptedFinder)harness.Finder!).Found = [other.Info];

        var get = session.GetAsync(Content.Cid, Token).AsTask();
        var passed = await harness.UntilAsync(get);
        await harness.PassAsync(TimeSpan.FromMilliseconds(100));

        (await get)!.Dispose();
        Assert.InRange(passed.TotalSeconds, 5, 6);
        Assert.Equal([(silent.Id, PeerFailure.Timeout)], harness.Observer.Failures);
        Assert.Empty(silent.Wantlist);
    }

    [Fact]
    public async Task SilentPeer_OthersHaveIt_IsHedgedLongBeforeItsTimeout()
    {
        await using var harness = new ClientHarness();
        var (silent, other) = (harness.Network.Add(), harness.Network.Add().With(Content));
        silent.IsSilent = true;
        await using var session = harness.Session(Content.Cid, silent, other);

        var get = session.GetAsync(Content.Cid, Token).AsTask();
        var passed = await harness.UntilAsync(get);

        (await get)!.Dispose();
        Assert.InRange(passed.TotalSeconds, 0.04, 1.5);
    }

    [Fact]
    public async Task SilentPeer_ManyWants_CostOneTimeout()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 200, 1000);
        var (silent, other) = (harness.Network.Add().With(blocks), harness.Network.Add().With(blocks));
        await using var session = harness.Session(blocks[0].Cid, silent, other);
        (await harness.GetAsync(session.GetAsync(blocks[0].Cid, Token)))!.Dispose();
        silent.IsSilent = true;

        var gets = blocks[1..].Select(block => session.GetAsync(block.Cid, Token).AsTask()).ToArray();
        var passed = await harness.UntilAsync(Task.WhenAll(gets));

        foreach (var get in gets)
            (await get)!.Dispose();
        Assert.InRange(passed.TotalSeconds, 0.04, 6);
        Assert.InRange(harness.Observer.Failures.Count, 0, 3);
    }

    [Fact]
    public async Task Misses_SixteenInARow_ThePeerLeavesTheSession()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 40, 1000);
        var (without, with) = (harness.Network.Add(), harness.Network.Add().With(blocks));
        await using var session = harness.Session(blocks[0].Cid, without, with);

        foreach (var block in blocks)
            (await harness.GetAsync(session.GetAsync(block.Cid, Token)))!.Dispose();

        Assert.InRange(without.Entries.Count(static entry => !entry.IsCancel), 1, 16);
        Assert.Equal(40, with.BlocksSent);
    }

    [Fact]
    public async Task PartialProviders_EachHasHalf_EverythingComes()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 200, 1000);
        var peers = new[] { harness.Network.Add().With(blocks[..110]), harness.Network.Add().With(blocks[90..]) };
        await using (var session = harness.Session(blocks[0].Cid, peers))
        {
            var gets = blocks.Select(block => session.GetAsync(block.Cid, Token).AsTask()).ToArray();
            var passed = await harness.UntilAsync(Task.WhenAll(gets));

            foreach (var get in gets)
                (await get)!.Dispose();
            Assert.InRange(passed.TotalSeconds, 0.04, 2);
            Assert.Equal(0, session.Statistics.DuplicateBlocks);
        }

        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task LateBlock_NobodyElseHasIt_IsTaken()
    {
        await using var harness = new ClientHarness();
        var peer = harness.Network.Add().With(Content);
        peer.Latency = TimeSpan.FromSeconds(6);
        await using var session = harness.Session(Content.Cid, peer);

        var get = session.GetAsync(Content.Cid, Token).AsTask();
        var passed = await harness.UntilAsync(get);

        (await get)!.Dispose();
        Assert.InRange(passed.TotalSeconds, 12, 12.2);
        Assert.Equal([(peer.Id, PeerFailure.Timeout)], harness.Observer.Failures);
    }

    [Theory]
    [InlineData(150, 300)]
    [InlineData(260, 300)]
    [InlineData(0, 1)]
    public async Task PeerThatForgetsWhatItWasAskedFor_TheOnlyOne_CostsATimeout(int before, int count)
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, count + 1, 16 << 10);
        var peer = harness.Network.Add().With(blocks);
        peer.BytesPerSecond = 4 << 20;
        await using (var session = harness.Session(blocks[0].Cid, peer))
        {
            // So that it is known how fast it answers.
            (await harness.GetAsync(session.GetAsync(blocks[^1].Cid, Token)))!.Dispose();
            var gets = blocks[..^1].Select(block => session.GetAsync(block.Cid, Token).AsTask()).ToArray();
            while (peer.BlocksSent < before)
                await harness.PassAsync(TimeSpan.FromMilliseconds(10));
            peer.Pause();
            await harness.PassAsync(TimeSpan.FromMilliseconds(30));
            peer.Forget();
            peer.Resume();
            var passed = await harness.UntilAsync(Task.WhenAll(gets));

            foreach (var get in gets)
                (await get)!.Dispose();
            Assert.InRange(passed.TotalSeconds, 0.2, 2);
            Assert.InRange(session.Statistics.DuplicateBlocks, 0, 2);
        }

        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task DontHave_ThenTheBlockArrivesThere_ComesWhenThePeerSaysSo()
    {
        await using var harness = new ClientHarness();
        var peer = harness.Network.Add();
        await using var session = harness.Waiting(Content.Cid, peer);
        var get = session.GetAsync(Content.Cid, Token).AsTask();
        await harness.PassAsync(TimeSpan.FromSeconds(3));

        peer.With(Content).Say(Content.Cid, true);
        var passed = await harness.UntilAsync(get);

        (await get)!.Dispose();
        Assert.InRange(passed.TotalSeconds, 0.05, 0.2);
    }
}
