using System.Diagnostics;
using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Exchange;

public sealed class PartialContentTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leases_OfOneMinute_AreOne()
    {
        var partial = fixture.Cluster.Service<PartialContent>();
        var store = fixture.Cluster.Node().Storage.Blocks;
        var before = partial.Count;

        for (var i = 0; i < 10; i++)
            partial.Keep(new KeptLease(store.OpenLease(), Stopwatch.GetTimestamp()));

        Assert.InRange(partial.Count, before + 1, before + 2);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Block_OfNoRoot_StaysForTheRetentionTimeAndGoesThen()
    {
        await using var cluster = await NodeCluster.StartAsync(configure: static (_, options) => options.Exchange.PartialRetention = TimeSpan.FromMinutes(30));
        var store = cluster.Node().Storage.Blocks;
        var block = TestBlocks.RawMany(7_000, 1).Single();
        cluster.Service<PartialContent>().Keep(new KeptLease(store.OpenLease(), Stopwatch.GetTimestamp()));
        await ((IBlockStore)store).PutAsync(block, Token);

        await CollectAsync(cluster);
        Assert.True(await store.HasAsync(block.Cid, Token));

        for (var minute = 0; minute < 33; minute++)
            cluster.Time.Advance(TimeSpan.FromMinutes(1));
        await TestKit.Eventually.TrueAsync(
            "the block is collected",
            async () =>
            {
                await CollectAsync(cluster);
                return !await store.HasAsync(block.Cid, Token);
            },
            TimeSpan.FromSeconds(30), Token);
    }

    private static async Task CollectAsync(NodeCluster cluster) => await cluster.Service<Collector>().CollectAsync(Token);
}
