using IpfsKit.Grains.DataPlane;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Replication;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Grains.Tickets;
using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IpfsKit.Grains.Tests.Faults;

/// <summary>Bytes of a silo's disk that went bad come back from another silo; what nobody has is named.</summary>
public sealed class DamagedBlockTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_OfDamagedBlocks_GivesTheRightBytesAndMakesThemWholeAgain()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 2, factor: 2);
        var tree = await AddAsync(cluster);
        foreach (var block in tree)
            Damage(cluster, silo: 1, block);

        await using (var read = cluster.Nodes.Service<ContentReads>(1).Open(tree[0].Cid, TicketScope.Dag))
        {
            foreach (var block in tree)
            {
                using var again = await read.Blocks.GetAsync(block.Cid, Token);
                Assert.True(again!.Data.Span.SequenceEqual(block.Data.Span));
            }
        }

        await ReplicatedCluster.EventuallyAsync("all is whole again", async () => await IsWholeAsync(cluster, silo: 1, tree));
    }

    [Fact]
    public async Task Scrub_ThatFindsDamage_HasItRepairedFromTheOtherSilo()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 2, factor: 2);
        var tree = await AddAsync(cluster);
        foreach (var block in tree)
            Damage(cluster, silo: 1, block);

        var report = await cluster.Nodes.Node(1).Storage.Blocks.ScrubAsync(Token);

        Assert.Equal(tree.Length, report.Damaged.Count);
        await ReplicatedCluster.EventuallyAsync("all is whole again", async () => await IsWholeAsync(cluster, silo: 1, tree));
        Assert.Empty((await cluster.Nodes.Node(1).Storage.Blocks.ScrubAsync(Token)).Damaged);
        Assert.Empty(cluster.Nodes.Service<BlockRepairer>(1).Lost);
    }

    [Fact]
    public async Task Collection_ThatFindsBlocksMissing_HasThemFetchedLevelByLevel()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 2, factor: 2);
        var tree = await AddAsync(cluster);
        // As damage does of which even the names are gone.
        foreach (var block in tree)
            await cluster.Nodes.Node(1).Blocks.DeleteAsync(block.Cid, Token);

        var report = await cluster.Nodes.Service<Collector>(1).CollectAsync(Token);

        Assert.Equal((1, null), (report.Missing, report.Swept));
        await ReplicatedCluster.EventuallyAsync("all is whole again", async () => await IsWholeAsync(cluster, silo: 1, tree));
    }

    [Fact]
    public async Task Block_ThatNobodyHas_IsNamedUntilItIsThereAgain()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 2, factor: 1);
        var tree = await AddAsync(cluster);
        Damage(cluster, silo: 0, tree[1]);
        var health = new NodeHealthCheck(cluster.Nodes.Node(0), cluster.Nodes.Service<BlockRepairer>(0));

        await cluster.Nodes.Node(0).Storage.Blocks.ScrubAsync(Token);

        await ReplicatedCluster.EventuallyAsync("it is named", () => Task.FromResult(cluster.Nodes.Service<BlockRepairer>(0).Lost.Any(lost => lost.Hash == tree[1].Cid.Hash)));
        var result = await health.CheckHealthAsync(new HealthCheckContext(), Token);
        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.Contains(tree[1].Cid.ToString(), result.Description, StringComparison.Ordinal);

        await cluster.Nodes.AddAsync(tree);
        await cluster.Nodes.Service<Collector>(0).CollectAsync(Token);
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(new HealthCheckContext(), Token)).Status);
    }

    private static async Task<Block[]> AddAsync(ReplicatedCluster cluster)
    {
        var leaves = TestBlocks.RawMany(ClusterFixture.NextSeed(), 5);
        Block[] tree = [TestTrees.Node("root", leaves), .. leaves];
        await cluster.Nodes.AddAsync(tree);
        return tree;
    }

    /// <summary>Flips a byte of a block in the file in which it lies.</summary>
    private static void Damage(ReplicatedCluster cluster, int silo, Block block)
    {
        foreach (var path in Directory.EnumerateFiles(cluster.Nodes.Service<NodeSlot>(silo).BlocksDirectory, "seg-*.dat", SearchOption.AllDirectories))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            if (bytes.AsSpan().IndexOf(block.Data.Span) is var at && at < 0)
                continue;
            file.Position = at;
            file.WriteByte((byte)(bytes[at] ^ 1));
            return;
        }

        Assert.Fail($"Silo {silo} has no file with {block.Cid}.");
    }

    private static async Task<bool> IsWholeAsync(ReplicatedCluster cluster, int silo, Block[] tree)
    {
        foreach (var block in tree)
        {
            using var here = await cluster.Nodes.Node(silo).Blocks.GetAsync(block.Cid, Token);
            if (here is null)
                return false;
            Assert.True(here.Data.Span.SequenceEqual(block.Data.Span));
        }

        return true;
    }
}
