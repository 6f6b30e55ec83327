using IpfsKit.TestKit.Blocks;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Bitswap.Tests.Client;

public sealed class WantsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ManyWants_Messages_AreFew()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 600, 1000);
        var peer = harness.Network.Add().With(blocks);
        await using var session = harness.Session(blocks[0].Cid, peer);

        var gets = blocks.Select(block => session.GetAsync(block.Cid, Token).AsTask()).ToArray();
        await harness.UntilAsync(Task.WhenAll(gets));

        foreach (var get in gets)
            (await get)!.Dispose();
        Assert.Equal(600, peer.Entries.Count());
        Assert.InRange(peer.Messages.Count, 2, 120);
        Assert.True(peer.Messages[0].IsFull);
        Assert.All(peer.Messages.Skip(1), static message => Assert.False(message.IsFull));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(200)]
    public async Task OneWantForEachBlockThatComes_Messages_AreFew(int latency)
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 2000, 4 << 10);
        var peer = harness.Network.Add().With(blocks);
        (peer.Latency, peer.BytesPerSecond) = (TimeSpan.FromMilliseconds(latency), 32 << 20);
        await using var session = harness.Session(blocks[0].Cid, peer);
        var next = -1;

        await harness.UntilAsync(Task.WhenAll(Enumerable.Range(0, 256).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < blocks.Length;)
                (await session.GetAsync(blocks[i].Cid, Token))!.Dispose();
        })));

        Assert.Equal(2000, peer.Entries.Count());
        Assert.InRange(peer.Messages.Count, 10, 300);
    }

    [Fact]
    public async Task MessageThatFails_TheNext_SaysEverything()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 2, 1000);
        var peer = harness.Network.Add();
        peer.IsSilent = true;
        await using var session = harness.Session(blocks[0].Cid, peer);
        _ = session.GetAsync(blocks[0].Cid, Token).AsTask();
        await harness.PassAsync(TimeSpan.FromMilliseconds(100));

        harness.Network.FailNext = 1;
        _ = session.GetAsync(blocks[1].Cid, Token).AsTask();
        await harness.PassAsync(TimeSpan.FromMilliseconds(100));

        Assert.Equal(2, peer.Messages.Count);
        Assert.True(peer.Messages[1].IsFull);
        Assert.Equal(2, peer.Wantlist.Count);
        Assert.Empty(harness.Observer.Failures);
    }

    [Fact]
    public async Task MessagesThatFail_AnotherPeer_IsAsked()
    {
        await using var harness = new ClientHarness();
        var block = TestBlocks.Raw(1, 1000);
        var (broken, good) = (harness.Network.Add().With(block), harness.Network.Add().With(block));
        broken.RefusesMessages = true;
        await using (var session = harness.Session(block.Cid, broken, good))
            (await harness.GetAsync(session.GetAsync(block.Cid, Token), TimeSpan.FromSeconds(1)))!.Dispose();

        Assert.Equal([(broken.Id, PeerFailure.Unreachable)], harness.Observer.Failures);
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task MessageThatBreaks_IsLoggedAndAnotherPeer_IsAsked()
    {
        await using var harness = new ClientHarness();
        var block = TestBlocks.Raw(1, 1000);
        var (broken, good) = (harness.Network.Add().With(block), harness.Network.Add().With(block));
        broken.Breaks = new InvalidOperationException("A bug.");
        await using (var session = harness.Session(block.Cid, broken, good))
            (await harness.GetAsync(session.GetAsync(block.Cid, Token), TimeSpan.FromSeconds(1)))!.Dispose();

        Assert.Equal([(broken.Id, PeerFailure.Unreachable)], harness.Observer.Failures);
        Assert.Contains(harness.Logger.Collector.GetSnapshot(), record => record.Level == LogLevel.Error && record.Exception == broken.Breaks);
        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Window_SaturatedPeer_HoldsLittleMoreThanItsPath()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 200, 256 << 10);
        var peer = harness.Network.Add().With(blocks);
        await using var session = harness.Session(blocks[0].Cid, peer);
        var gets = blocks.Select(block => session.GetAsync(block.Cid, Token).AsTask()).ToArray();
        await harness.PassAsync(TimeSpan.FromSeconds(3));

        // 8 MiB/s, 71 ms until a block is here, and 100 ms of slack: some 6 blocks.
        Assert.InRange(peer.Wantlist.Count, 3, 9);
        await harness.UntilAsync(Task.WhenAll(gets));
        foreach (var get in gets)
            (await get)!.Dispose();
    }

    [Fact]
    public async Task Window_LongFatPath_GrowsUntilItIsFull()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 1000, 64 << 10);
        var peer = harness.Network.Add().With(blocks);
        (peer.Latency, peer.BytesPerSecond) = (TimeSpan.FromMilliseconds(50), 32 << 20);
        await using var session = harness.Session(blocks[0].Cid, peer);
        var gets = blocks.Select(block => session.GetAsync(block.Cid, Token).AsTask()).ToArray();

        var passed = await harness.UntilAsync(Task.WhenAll(gets));

        foreach (var get in gets)
            (await get)!.Dispose();
        // 62.5 MiB take 1.95 s at best, and 0.1 s until the first of them is here; a window of 16 would take 6.4 s.
        Assert.InRange(passed.TotalSeconds, 2, 3);
    }
}
