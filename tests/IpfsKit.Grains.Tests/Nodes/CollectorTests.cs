using IpfsKit.Grains.Content;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Nodes;

public sealed class CollectorTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private readonly Block[] _blocks = TestBlocks.RawMany(ClusterFixture.NextSeed(), 3);

    private NodeCluster Cluster => fixture.Cluster;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Collect_BlocksOfNoRoot_AreFreed()
    {
        await using (var ingest = Cluster.Service<ContentRegistrar>().Begin())
            await ingest.PutManyAsync(_blocks, Token);

        await Cluster.Service<Collector>().CollectAsync(Token);

        Assert.False(await HasAsync(_blocks[0]));
    }

    [Fact]
    public async Task Collect_BlocksOfAnUploadUnderWay_Stay()
    {
        await using (var ingest = Cluster.Service<ContentRegistrar>().Begin())
        {
            await ingest.PutManyAsync(_blocks, Token);
            await Cluster.Service<Collector>().CollectAsync(Token);
            Assert.True(await HasAsync(_blocks[0]));
        }

        await Cluster.Service<Collector>().CollectAsync(Token);
        Assert.False(await HasAsync(_blocks[0]));
    }

    [Fact]
    public async Task Collect_AfterARemoval_FreesWhatNoOtherRootNeeds()
    {
        var shared = _blocks[0];
        var (first, second) = (TestTrees.Node("first", shared, _blocks[1]), TestTrees.Node("second", shared));
        await Cluster.AddAsync([first, shared, _blocks[1]]);
        await Cluster.AddAsync([second, shared]);
        await Cluster.Service<Collector>().CollectAsync(Token);
        Assert.True(await HasAsync(first) && await HasAsync(shared) && await HasAsync(_blocks[1]) && await HasAsync(second));

        await Cluster.Grains.GetContentGrain(first.Cid).RemoveAsync(Token);
        await Cluster.Service<Collector>().CollectAsync(Token);

        Assert.False(await HasAsync(first) || await HasAsync(_blocks[1]));
        Assert.True(await HasAsync(second) && await HasAsync(shared));
    }

    [Fact]
    public async Task Collect_RootThatIsAddedAgainWhileItGoes_IsWhole()
    {
        var tree = TestTrees.Node("again", _blocks);
        for (var round = 0; round < 20; round++)
        {
            await Cluster.AddAsync([tree, .. _blocks]);
            await Cluster.Grains.GetContentGrain(tree.Cid).RemoveAsync(Token);
            await Task.WhenAll(Cluster.Service<Collector>().CollectAsync(Token), Cluster.AddAsync([tree, .. _blocks]));

            Assert.NotNull(await Cluster.Grains.GetContentGrain(tree.Cid).StatAsync(Token));
            foreach (var block in _blocks.Append(tree))
                Assert.True(await HasAsync(block), $"round {round}");
            await Cluster.Grains.GetContentGrain(tree.Cid).RemoveAsync(Token);
        }
    }

    private async Task<bool> HasAsync(Block block) => await Cluster.Node().Blocks.HasAsync(block.Cid, Token);
}
