using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Bitswap.Tests.Client;

/// <summary>How the time of a fetch falls with the number of equal providers: each behind a link of its own of 8 MiB/s and 20 ms.</summary>
public sealed class ProvidersTests
{
    private const int Blocks = 320;
    private const int BlockBytes = 256 << 10;

    private static readonly Block[] Content = TestBlocks.RawMany(1, Blocks, BlockBytes);
    private static readonly Block Root = TestBlocks.Raw(0, 16 << 10);

    [Fact]
    public async Task Fetch_EqualProviders_TakesItsShareOfTheTime()
    {
        var (one, _) = await FetchAsync(1);
        var (four, duplicatesOfFour) = await FetchAsync(4);
        var (sixteen, duplicatesOfSixteen) = await FetchAsync(16);

        Assert.InRange(one.TotalSeconds, 10, 10.6);
        Assert.InRange(four / one, 0.25, 0.3);
        Assert.InRange(sixteen / one, 0.06, 0.1);
        Assert.InRange(duplicatesOfFour, 0, Blocks * 2 / 100);
        Assert.InRange(duplicatesOfSixteen, 0, Blocks * 2 / 100);
    }

    private static async Task<(TimeSpan Time, long Duplicates)> FetchAsync(int providers)
    {
        await using var harness = new ClientHarness();
        var peers = Enumerable.Range(0, providers).Select(_ => harness.Network.Add().With(Content).With(Root)).ToArray();
        await using var session = harness.Session(Root.Cid, peers);
        var start = harness.Now;
        (await harness.GetAsync(session.GetAsync(Root.Cid, TestContext.Current.CancellationToken)))!.Dispose();
        var fetch = FetchAllAsync(session);
        await harness.UntilAsync(fetch);
        await fetch;
        return (harness.Now - start, session.Statistics.DuplicateBlocks);
    }

    private static async Task FetchAllAsync(IBitswapSession session)
    {
        var gets = Content.Select(block => session.GetAsync(block.Cid, TestContext.Current.CancellationToken).AsTask()).ToArray();
        foreach (var get in gets)
            (await get)!.Dispose();
    }
}
