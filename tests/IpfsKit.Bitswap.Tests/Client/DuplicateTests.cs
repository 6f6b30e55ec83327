using IpfsKit.Bitswap.Messages;
using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Bitswap.Tests.Client;

public sealed class DuplicateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(3, 64 << 10, 300)]
    [InlineData(3, 4 << 10, 900)]
    [InlineData(8, 256 << 10, 100)]
    public async Task EqualProviders_Duplicates_AreTwoPercentAtMost(int providers, int blockBytes, int count)
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, count, blockBytes);
        var peers = Enumerable.Range(0, providers).Select(_ => harness.Network.Add().With(blocks)).ToArray();
        await using (var session = harness.Session(blocks[0].Cid, peers))
        {
            await FetchAsync(harness, session, blocks);

            Assert.InRange(session.Statistics.DuplicateBlocks, 0, count * 2 / 100);
            Assert.All(peers, peer => Assert.InRange(peer.BlocksSent, count / providers / 2, count * 2 / providers));
        }

        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task SlowProvider_TheEnd_IsTakenFromIt()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 200, 64 << 10);
        var (slow, fast) = (harness.Network.Add().With(blocks), harness.Network.Add().With(blocks));
        slow.BytesPerSecond = 20_000;
        await using (var session = harness.Session(blocks[0].Cid, slow, fast))
        {
            var passed = await FetchAsync(harness, session, blocks);

            // The fast one alone takes 1.6 s; the slow one takes 3.3 s for one block.
            Assert.InRange(passed.TotalSeconds, 1.5, 3);
            Assert.InRange(session.Statistics.DuplicateBlocks, 0, 4);
        }

        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task UnequalProviders_Shares_FollowTheirBandwidth()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 500, 64 << 10);
        var (slow, fast) = (harness.Network.Add().With(blocks), harness.Network.Add().With(blocks));
        slow.BytesPerSecond = 2 << 20;
        await using (var session = harness.Session(blocks[0].Cid, slow, fast))
        {
            var passed = await FetchAsync(harness, session, blocks);

            // Together 10 MiB/s.
            Assert.InRange(passed.TotalSeconds, 3.1, 3.6);
            Assert.InRange(slow.BlocksSent, 75, 115);
            Assert.InRange(session.Statistics.DuplicateBlocks, 0, 10);
        }

        await harness.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task WithheldBlock_ThePeerGoesOnWithOthers_ComesFromAnother()
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 300, 64 << 10);
        var (withholding, good) = (harness.Network.Add().With(blocks), harness.Network.Add().With(blocks));
        withholding.Withholds = key => key == blocks[40].Cid.Hash || key == blocks[41].Cid.Hash;
        await using (var session = harness.Session(blocks[0].Cid, withholding, good))
        {
            var passed = await FetchAsync(harness, session, blocks);

            Assert.InRange(passed.TotalSeconds, 1.1, 4);
        }

        await harness.AssertNothingLeftAsync();
    }

    [Theory]
    [InlineData((int)BitswapVersion.V120, 1, 4, 310)]
    [InlineData((int)BitswapVersion.V120, 1, 25, 450)]
    [InlineData((int)BitswapVersion.V120, 2, 8, 420)]
    [InlineData((int)BitswapVersion.V110, 1, 8, 310)]
    [InlineData((int)BitswapVersion.V110, 2, 25, 800)]
    public async Task StalledPeers_ThatGoOn_AreNotAskedAgainForWhatTheyAreSending(int version, int providers, int seconds, int most)
    {
        await using var harness = new ClientHarness();
        var blocks = TestBlocks.RawMany(1, 300, 1000);
        var peers = Enumerable.Range(0, providers).Select(_ => harness.Network.Add((BitswapVersion)version).With(blocks)).ToArray();
        foreach (var peer in peers)
            (peer.BytesPerSecond, peer.InlineBytes) = (150_000, 1024);
        await using (var session = harness.Session(blocks[0].Cid, peers))
        {
            await FetchAsync(harness, session, blocks, async () =>
            {
                await harness.PassAsync(TimeSpan.FromMilliseconds(300));
                Assert.All(peers, static peer => Assert.InRange(peer.BlocksSent, 5, 150));
                foreach (var peer in peers)
                    peer.Pause();
                await harness.PassAsync(TimeSpan.FromSeconds(seconds));
                foreach (var peer in peers)
                    peer.Resume();
            });

            Assert.InRange(session.Statistics.DuplicateBlocks, 0, 6);
            // Each block once, and what a silent peer keeps back once more of each other peer, and of each once a round.
            Assert.InRange(peers.Sum(static peer => peer.Entries.Count(static entry => !entry.IsCancel)), 300, most);
        }

        await harness.AssertNothingLeftAsync();
    }

    private static async Task<TimeSpan> FetchAsync(ClientHarness harness, IBitswapSession session, Block[] blocks, Func<Task>? meanwhile = null)
    {
        var gets = blocks.Select(block => session.GetAsync(block.Cid, Token).AsTask()).ToArray();
        await (meanwhile?.Invoke() ?? Task.CompletedTask);
        var passed = await harness.UntilAsync(Task.WhenAll(gets));
        foreach (var get in gets)
            (await get)!.Dispose();
        return passed;
    }
}
