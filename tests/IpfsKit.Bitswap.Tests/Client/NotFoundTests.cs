using IpfsKit.Bitswap.Messages;
using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Bitswap.Tests.Client;

/// <summary>A block that nobody has is not found as soon as everybody has said so, and not when the time is over.</summary>
public sealed class NotFoundTests
{
    private static readonly Block Content = TestBlocks.Raw(1, 5000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EverybodySaidNo_TheBlock_IsNotFoundAfterTheDelay()
    {
        await using var harness = new ClientHarness();
        var peers = new[] { harness.Network.Add(), harness.Network.Add(), harness.Network.Add(isNear: false) };
        await using (var session = harness.Session(Content.Cid, peers[0]))
        {
            var passed = await NotFoundAsync(harness, session, Content);

            Assert.InRange(passed.TotalSeconds, 1, 1.2);
            Assert.All(peers, static peer => Assert.Single(peer.Entries, static entry => !entry.IsCancel));

            // The delay is for those who are just connecting when a session begins: what else is missing is said at once.
            passed = await NotFoundAsync(harness, session, TestBlocks.Raw(2, 5000));
            Assert.InRange(passed.TotalSeconds, 0.04, 0.2);
        }

        Assert.Empty(harness.Observer.Failures);
        await harness.PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.All(peers, static peer => Assert.Empty(peer.Wantlist));
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task NobodyConnected_TheBlock_IsNotFoundAfterTheDelay()
    {
        await using var harness = new ClientHarness();
        await using var session = harness.Client.CreateSession(Content.Cid, new BitswapSessionOptions { NotFoundDelay = TimeSpan.FromSeconds(2) });

        Assert.InRange((await NotFoundAsync(harness, session, Content)).TotalSeconds, 2, 2.1);
    }

    [Fact]
    public async Task PeerThatConnectsWithinTheDelay_IsAsked()
    {
        await using var harness = new ClientHarness();
        harness.Network.Add();
        await using var session = harness.Session(Content.Cid);
        var get = session.GetAsync(Content.Cid, Token).AsTask();
        await harness.PassAsync(TimeSpan.FromSeconds(0.9));
        harness.Network.Add().With(Content);
        await harness.UntilAsync(get);

        using var block = await get;
        Assert.NotNull(block);
    }

    [Fact]
    public async Task OneIsSilent_ItsSilence_IsANoAfterItsTime()
    {
        await using var harness = new ClientHarness();
        harness.Network.Add();
        harness.Network.Add().IsSilent = true;
        await using var session = harness.Session(Content.Cid);

        Assert.InRange((await NotFoundAsync(harness, session, Content)).TotalSeconds, 5, 5.2);
    }

    [Fact]
    public async Task GivenPeerIsSilent_ItsSilence_IsATimeout()
    {
        await using var harness = new ClientHarness();
        var given = harness.Network.Add();
        given.IsSilent = true;
        harness.Network.Add();
        await using var session = harness.Session(Content.Cid, given);
        var get = session.GetAsync(Content.Cid, Token).AsTask();
        var passed = await harness.UntilAsync(get);

        await Assert.ThrowsAsync<FetchTimeoutException>(() => get);
        Assert.InRange(passed.TotalSeconds, 29.9, 30.1);
    }

    [Fact]
    public async Task LiarSaysThatItHasIt_IsATimeout()
    {
        await using var harness = new ClientHarness();
        harness.Network.Add().Lies = true;
        await using var session = harness.Session(Content.Cid);
        var get = session.GetAsync(Content.Cid, Token).AsTask();
        await harness.UntilAsync(get);

        await Assert.ThrowsAsync<FetchTimeoutException>(() => get);
    }

    [Fact]
    public async Task Providers_WithoutIt_AreAllTriedBefore()
    {
        var finder = new ScriptedFinder();
        await using var harness = new ClientHarness(finder: finder);
        var providers = Enumerable.Range(0, 10).Select(_ => harness.Network.Add(isNear: false, isConnected: false)).ToArray();
        providers[3].IsUnreachable = true;
        foreach (var provider in providers)
            provider.Latency = TimeSpan.FromMilliseconds(400);
        finder.Found = [.. providers.Select(static provider => provider.Info)];
        var child = TestBlocks.Raw(2, 1000);
        await using (var session = harness.Session(Content.Cid))
        {
            // Eight at a time are connected to, in 0.8 s, and answer in 0.8 s; the last two when those have.
            Assert.InRange((await NotFoundAsync(harness, session, Content)).TotalSeconds, 3.2, 3.4);
            Assert.Equal([Content.Cid], finder.Asked);
            Assert.Equal(10, harness.Network.Dialled.Count);

            await NotFoundAsync(harness, session, child);
            Assert.Equal([Content.Cid, Content.Cid, child.Cid], finder.Asked);
        }

        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task SearchThatGoesOn_IsWaitedFor()
    {
        var finder = new ScriptedFinder { NeverEnds = true };
        await using var harness = new ClientHarness(finder: finder);
        harness.Network.Add();
        await using var session = harness.Session(Content.Cid);
        var get = session.GetAsync(Content.Cid, Token).AsTask();
        await harness.UntilAsync(get);

        await Assert.ThrowsAsync<FetchTimeoutException>(() => get);
    }

    [Fact]
    public async Task OneMissingBlockOfMany_OnlyIt_IsNotFound()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 200, 16 << 10);
        var peers = Enumerable.Range(0, 3).Select(_ => harness.Network.Add().With(blocks[..^1])).ToArray();
        await using (var session = harness.Session(blocks[0].Cid, peers))
        {
            var gets = blocks.Select(block => session.GetAsync(block.Cid, Token).AsTask()).ToArray();
            var passed = await harness.UntilAsync(Task.WhenAll(gets));

            Assert.InRange(passed.TotalSeconds, 0.1, 1.3);
            Assert.Null(await gets[^1]);
            foreach (var get in gets[..^1])
                (await get)!.Dispose();
        }

        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task BusyPeer_WithWhatIsAskedBehind_IsNotTakenForOneWithoutIt()
    {
        // Of the wants that may be outstanding at one peer none is free for the last one, which nobody else has.
        await using var harness = new ClientHarness(static options => (options.MaxWantsPerPeer, options.MaxWindow) = (16, 16));
        var blocks = TestBlocks.RawMany(1, 40, 256 << 10);
        var peer = harness.Network.Add().With(blocks);
        peer.BytesPerSecond = 1 << 20;
        var (busy, second) = (harness.Session(blocks[0].Cid, peer), harness.Session(blocks[^1].Cid));
        var gets = blocks[..^1].Select(block => busy.GetAsync(block.Cid, Token).AsTask()).ToArray();
        await harness.PassAsync(TimeSpan.FromMilliseconds(300));
        var last = second.GetAsync(blocks[^1].Cid, Token).AsTask();
        await harness.UntilAsync(Task.WhenAll(gets), TimeSpan.FromSeconds(20));
        await harness.UntilAsync(last);

        using var block = await last;
        Assert.NotNull(block);
        foreach (var get in gets)
            (await get)!.Dispose();
        await busy.DisposeAsync();
        await second.DisposeAsync();
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task PeersBefore12_WhichCannotSayNo_AreWaitedForAsLongAsAnybodySilent()
    {
        await using var harness = new ClientHarness();
        harness.Network.Add(BitswapVersion.V110);
        await using var session = harness.Session(Content.Cid);

        Assert.InRange((await NotFoundAsync(harness, session, Content)).TotalSeconds, 5, 6.5);
    }

    private static async Task<TimeSpan> NotFoundAsync(ClientHarness harness, IBitswapSession session, Block block)
    {
        var get = session.GetAsync(block.Cid, Token).AsTask();
        var passed = await harness.UntilAsync(get);
        Assert.Null(await get);
        return passed;
    }
}
