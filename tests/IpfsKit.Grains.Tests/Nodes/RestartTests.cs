using IpfsKit.Grains.Content;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Nodes;

/// <summary>With the real files: segments, catalog and grain state in SQLite.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("ipfskit-restart-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silo_AfterARestart_IsTheSameNodeWithTheSameContent()
    {
        var blocks = TestBlocks.RawMany(0, 3);
        Multiformats.PeerId peer;
        ContentInfo? before;
        DateTimeOffset now;
        await using (var cluster = await NodeCluster.StartAsync(data: _data))
        {
            await cluster.AddAsync(blocks, pin: new PinRequest { Mode = PinMode.Direct, Name = "name" });
            var grain = cluster.Grains.GetContentGrain(blocks[0].Cid);
            await cluster.Service<IGrainFactory>().GetContentHolder(blocks[0].Cid).TouchAsync(new TouchBatch { Count = 3, Bytes = 30, Hour = 3, Week = 3, At = cluster.Time.GetUtcNow() }, Token);
            before = await grain.StatAsync(Token);
            (peer, now) = (cluster.Node().PeerId, cluster.Time.GetUtcNow());
        }

        await using (var cluster = await NodeCluster.StartAsync(data: _data, now: now))
        {
            Assert.Equal(peer, cluster.Node().PeerId);
            var after = await cluster.Grains.GetContentGrain(blocks[0].Cid).StatAsync(Token);
            Assert.NotNull(after);
            // The records compare their lists by reference.
            Assert.Equal(before!.Placements, after.Placements);
            Assert.Equal(before with { Placements = [] }, after with { Placements = [] });
            Assert.Equal([blocks[0].Cid], await cluster.RootsAsync());
            Assert.Equal("name", Assert.Single(await cluster.PinsAsync()).Name);
            foreach (var block in blocks)
                Assert.True(await cluster.Node().Blocks.HasAsync(block.Cid, Token));
        }
    }

    [Fact]
    public async Task Catalog_Lost_IsFilledFromGrainStateAndBlocksAndNothingIsCollectedBefore()
    {
        var leaves = TestBlocks.RawMany(ClusterFixture.NextSeed(), 5);
        var tree = TestTrees.Node("root", leaves);
        var (single, orphan) = (TestBlocks.Raw(ClusterFixture.NextSeed()), TestBlocks.Raw(ClusterFixture.NextSeed()));
        DateTimeOffset now;
        await using (var cluster = await NodeCluster.StartAsync(data: _data))
        {
            await cluster.AddAsync([tree, .. leaves], pin: new PinRequest { Name = "kept" });
            await cluster.AddAsync([single]);
            await using var ingest = cluster.Service<ContentRegistrar>().Begin();
            await ingest.PutManyAsync([orphan], Token);
            now = cluster.Time.GetUtcNow();
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(_data.FullName, "slot-0"), "catalog.db*"))
            File.Delete(file);

        await using (var cluster = await NodeCluster.StartAsync(data: _data, now: now))
        {
            await Eventually.TrueAsync("the catalog is filled", () => Task.FromResult(!cluster.Node().Storage.LacksCatalog), TimeSpan.FromSeconds(30), Token);

            Assert.Equal(new[] { tree.Cid, single.Cid }.Order(), (await cluster.RootsAsync()).Order());
            Assert.Equal("kept", Assert.Single(await cluster.PinsAsync()).Name);
            await cluster.Service<Collector>().CollectAsync(Token);
            foreach (var block in leaves.Append(tree).Append(single))
                Assert.True(await cluster.Node().Blocks.HasAsync(block.Cid, Token));
            Assert.False(await cluster.Node().Blocks.HasAsync(orphan.Cid, Token));
        }
    }

    [Fact]
    public async Task Slot_UsedByARunningSilo_IsRefusedByName()
    {
        await using var cluster = await NodeCluster.StartAsync(data: _data);

        var exception = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var second = await NodeCluster.StartAsync(data: _data);
        });
        Assert.Contains(Path.Combine(_data.FullName, "slot-0"), exception.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _data.Delete(recursive: true);
}
