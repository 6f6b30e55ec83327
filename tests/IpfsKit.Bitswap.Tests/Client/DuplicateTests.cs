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

    private static async Task<TimeSpan> FetchAsync(ClientHarness harness, IBitswapSession session, Block[] blocks)
    {
        var gets = blocks.Select(block => session.GetAsync(block.Cid, Token).AsTask()).ToArray();
        var passed = await harness.UntilAsync(Task.WhenAll(gets));
        foreach (var get in gets)
            (await get)!.Dispose();
        return passed;
    }
}
