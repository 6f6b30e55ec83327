using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Exchange;

/// <summary>A cluster of more silos than bitswap asks at once.</summary>
public sealed class ManySilosTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Block_ThatIsNoRoot_IsFoundWhereverItIs(int where)
    {
        await using var cluster = await NodeCluster.StartAsync(silos: 4, new TestGrainStorage(), configure: static (_, options) => options.Exchange.MaxSiblingsAsked = 1);
        await Eventually.TrueAsync("the last silo knows the others", () => Task.FromResult(cluster.Service<Siblings>(3).Peers.Count == 3), Long, Token);
        var leaf = TestBlocks.Raw(ClusterFixture.NextSeed());
        await cluster.AddAsync([TestTrees.Node("root", leaf), leaf], silo: where);

        var plan = await cluster.Service<FetchPlanner>(3).PlanAsync(leaf.Cid, isRoot: false, [], Token);
        Assert.Equal(cluster.Node(where).PeerId, Assert.Single(plan.Peers).PeerId);

        await using var reader = cluster.Service<ContentExchange>(3).OpenReader(leaf.Cid, isRoot: false);
        using var read = await reader.GetAsync(leaf.Cid, Token);
        Assert.Equal(leaf.Data.ToArray(), read!.Data.ToArray());
    }
}
