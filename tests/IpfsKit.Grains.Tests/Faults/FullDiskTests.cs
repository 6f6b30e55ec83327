using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Faults;

/// <summary>One of the silos has no room: what it cannot take it does not acknowledge, and the others go on.</summary>
public sealed class FullDiskTests
{
    private const int Full = 2;
    private const int SegmentBytes = 1 << 20;
    private const int Capacity = 4 * SegmentBytes;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silo_WithoutRoom_RefusesAddsGoesOnReadingIsPassedOverAndRecovers()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 3, factor: 2, static (number, options) =>
        {
            if (number != Full)
                return;
            (options.Storage.SegmentBytes, options.Storage.CapacityBytes) = (SegmentBytes, Capacity);
        });
        var held = new List<Block[]>();
        var refused = await FillAsync();

        Assert.NotEmpty(held);
        Assert.Null(await cluster.Nodes.Grains.GetContentGrain(refused[0].Cid).StatAsync(Token));
        // What another silo takes is copied to the third, not to the one without room.
        var elsewhere = Tree();
        await cluster.Nodes.AddAsync(elsewhere, silo: 0, concern: WriteConcern.Of(2));
        Assert.Equal([0, 1], await cluster.HoldersAsync(elsewhere[0].Cid));
        var client = cluster.Nodes.NodeGrain(Full);
        await Assert.ThrowsAsync<InsufficientStorageException>(async () => await client.OpenUploadAsync(new UploadRequest { ExpectedBytes = Capacity }, Token));
        foreach (var block in held.SelectMany(tree => tree))
        {
            using var here = await cluster.Nodes.Node(Full).Blocks.GetAsync(block.Cid, Token);
            Assert.True(here!.Data.Span.SequenceEqual(block.Data.Span));
        }

        foreach (var tree in held)
            Assert.True(await cluster.Nodes.Grains.GetContentGrain(tree[0].Cid).RemoveAsync(Token));
        await ReplicatedCluster.EventuallyAsync("it takes adds again", async () =>
        {
            await cluster.Nodes.Service<Collector>(Full).CollectAsync(Token);
            await cluster.Nodes.Node(Full).Storage.Blocks.CompactAsync(cancellationToken: Token);
            return await Record.ExceptionAsync(() => AddAsync(Tree())) is null;
        });

        async Task<Block[]> FillAsync()
        {
            while (true)
            {
                var tree = Tree();
                if (await Record.ExceptionAsync(() => AddAsync(tree)) is not { } failure)
                {
                    held.Add(tree);
                    Assert.True(held.Count * SegmentBytes / 2 < Capacity, "It took more than it has room for.");
                    continue;
                }

                Assert.IsType<StorageFullException>(failure);
                return tree;
            }
        }

        Task AddAsync(Block[] tree) => cluster.Nodes.AddAsync(tree, Full, concern: WriteConcern.Of(1));
    }

    private static Block[] Tree()
    {
        var leaves = TestBlocks.RawMany(ClusterFixture.NextSeed(), 4, SegmentBytes / 8);
        return [TestTrees.Node("root", leaves), .. leaves];
    }
}
