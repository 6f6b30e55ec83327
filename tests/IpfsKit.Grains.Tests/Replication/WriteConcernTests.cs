using IpfsKit.Grains.Tests.Support;
using IpfsKit.Ipld;
using IpfsKit.Storage.Catalog;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Replication;

/// <summary>What is acknowledged is durable on as many silos as was asked for.</summary>
public sealed class WriteConcernTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Add_AtAConcernOfTwo_IsOnTwoSilosWhenItReturns()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 3, factor: 2);
        var tree = Tree(leaves: 20);

        var registration = await cluster.Nodes.AddAsync(tree);

        Assert.Equal((ContentStatus.Committed, 2), (registration.Status, registration.Standing));
        // The row keeps the blocks; that it is committed may come a moment later.
        var holders = await cluster.HoldersAsync(tree[0].Cid);
        Assert.Equal(2, holders.Count);
        foreach (var silo in holders)
            Assert.All(tree, block => Assert.True(cluster.Nodes.Node(silo).Blocks.HasAsync(block.Cid, Token).AsTask().Result));
        await ReplicatedCluster.EventuallyAsync("both list it", async () => (await Task.WhenAll(holders.Select(silo => cluster.Nodes.RootsAsync(silo)))).All(roots => roots.Contains(tree[0].Cid)));
    }

    [Fact]
    public async Task Add_WithItsPin_IsPinnedOnEverySiloThatHoldsIt()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 2, factor: 2);
        var tree = Tree(leaves: 3);

        await cluster.Nodes.AddAsync(tree, pin: new PinRequest { Name = "kept" });

        await ReplicatedCluster.EventuallyAsync(
            "both have the pin", async () => (await Task.WhenAll(cluster.Nodes.PinsAsync(silo: 0), cluster.Nodes.PinsAsync(silo: 1))).All(pins => pins.Any(pin => pin.Cid == tree[0].Cid && pin.Name == "kept")));
    }

    [Fact]
    public async Task Add_WithTooFewSilos_FailsKeepsTheContentAndSucceedsWhenThereAreMore()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 1, factor: 2);
        var tree = Tree(leaves: 3);

        var refused = await Assert.ThrowsAsync<WriteConcernNotMetException>(() => cluster.Nodes.AddAsync(tree));

        Assert.Equal((tree[0].Cid, 1, 2), (refused.Cid, refused.Acknowledged, refused.Required));
        Assert.Null(await cluster.Nodes.Grains.GetContentGrain(tree[0].Cid).StatAsync(Token));
        Assert.Empty(await cluster.Nodes.RootsAsync());
        var row = await cluster.Nodes.Node().Storage.Catalog.GetRootAsync(tree[0].Cid, Token);
        Assert.False(row!.Committed);

        await cluster.StartSiloAsync();
        Assert.Equal(ContentStatus.Committed, (await cluster.Nodes.AddAsync(tree)).Status);
        Assert.Equal(2, (await cluster.HoldersAsync(tree[0].Cid)).Count);
    }

    [Fact]
    public async Task Add_OfWhatIsThereOnce_WaitsForTheSecondCopyToo()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 2, factor: 1);
        var tree = Tree(leaves: 3);
        await cluster.Nodes.AddAsync(tree);
        Assert.Single(await cluster.HoldersAsync(tree[0].Cid));

        var again = await cluster.Nodes.AddAsync(tree, concern: WriteConcern.Of(2));

        Assert.Equal(2, again.Standing);
        Assert.Equal(2, (await cluster.HoldersAsync(tree[0].Cid)).Count);
    }

    [Fact]
    public async Task Add_OfManyAtOnce_AreAllOnTwoSilos()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 3, factor: 2);
        var trees = Enumerable.Range(0, 60).Select(_ => Tree(leaves: 2)).ToArray();

        await Task.WhenAll(trees.Select((tree, i) => cluster.Nodes.AddAsync(tree, silo: i % 3)));

        foreach (var tree in trees)
            Assert.Equal(2, (await cluster.HoldersAsync(tree[0].Cid)).Count);
    }

    [Fact]
    public async Task Pin_WithTooFewCopies_HasThemMade()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 2, factor: 2);
        var tree = Tree(leaves: 3);
        await cluster.Nodes.AddAsync(tree, concern: WriteConcern.Of(1));
        var grain = cluster.Nodes.Grains.GetContentGrain(tree[0].Cid);

        await ReplicatedCluster.EventuallyAsync("two silos know of the pin", async () => await grain.PinAsync(new PinRequest(), Token) is { Standing: 2, Required: 2 });
        Assert.Equal(2, (await cluster.HoldersAsync(tree[0].Cid)).Count);
    }

    [Fact]
    public async Task Removed_WhileACopyIsBeingMade_StaysRemoved()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 2, factor: 1);
        var tree = Tree(leaves: 3);
        var registration = await cluster.Nodes.AddAsync(tree);
        await cluster.Nodes.Grains.GetContentGrain(tree[0].Cid).RemoveAsync(Token);

        // What a silo does that was told before, and comes to its end after.
        var late = cluster.Nodes.Service<Grains.Content.ContentRegistrar>(1);
        await using var ingest = late.Begin();
        await ingest.PutManyAsync(tree, Token);
        await Assert.ThrowsAsync<ContentNotFoundException>(
            () => ingest.AcknowledgeAsync(new Grains.Content.StoredRoot { Root = tree[0].Cid, SizeBytes = 1, DagBytes = 1, Blocks = 4 }, registration.Epoch, Token));

        Assert.Null(await cluster.Nodes.Grains.GetContentGrain(tree[0].Cid).StatAsync(Token));
        await cluster.Nodes.Reconciler(1).ReconcileAsync(CatalogFilter.Pending, Token);
        Assert.Null(await cluster.Nodes.Node(1).Storage.Catalog.GetRootAsync(tree[0].Cid, Token));
    }

    private static Block[] Tree(int leaves)
    {
        var blocks = TestBlocks.RawMany(ClusterFixture.NextSeed(), leaves);
        return [TestTrees.Node("root", blocks), .. blocks];
    }
}
