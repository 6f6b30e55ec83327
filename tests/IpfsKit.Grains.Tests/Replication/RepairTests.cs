using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Replication;

/// <summary>Copies that are lost are made again, in time and no sooner; copies that are not needed go one at a time.</summary>
public sealed class RepairTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMinutes(5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SiloLost_AfterTheDelay_ItsCopiesAreMadeElsewhere()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 3, factor: 2);
        var root = await AddAsync(cluster, silo: 0);
        var lost = Assert.Single(await cluster.HoldersAsync(root), silo => silo != 0);
        await cluster.KillSiloAsync(lost);
        Assert.Equal(ReplicationHealth.Fair, (await StatusAsync(cluster, root)).Health);

        // A restart takes less: nothing is copied for it.
        cluster.Nodes.Time.Advance(Delay - TimeSpan.FromSeconds(1));
        await cluster.SweepAsync(0);
        Assert.Empty((await StatusAsync(cluster, root)).UnderWay);
        Assert.Single(await cluster.HoldersAsync(root));

        cluster.Nodes.Time.Advance(TimeSpan.FromSeconds(2));
        await cluster.SweepAsync(0);
        await ReplicatedCluster.EventuallyAsync("there are two copies again", async () => await StatusAsync(cluster, root) is { Health: ReplicationHealth.Good, Copies: 2 });
        Assert.Equal(2, (await cluster.HoldersAsync(root)).Count);
    }

    [Fact]
    public async Task SiloLost_TheSweepThatRepairsComesByItself()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 3, factor: 2);
        var root = await AddAsync(cluster, silo: 0);
        await cluster.KillSiloAsync(Assert.Single(await cluster.HoldersAsync(root), silo => silo != 0));

        await ReplicatedCluster.EventuallyAsync("there are two copies again", async () =>
        {
            cluster.Nodes.Time.Advance(TimeSpan.FromSeconds(30));
            return await StatusAsync(cluster, root) is { Copies: 2 };
        });
    }

    [Fact]
    public async Task TooManyCopies_AllSilosSweepAtOnce_OneIsReleased()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 3, factor: 1, static (_, options) => options.Replication.MaxFactor = 2);
        var root = await AddAsync(cluster, silo: 0);
        await EnsureAsync(cluster, root, copies: 3);
        await EnsureAsync(cluster, root, copies: 1);

        await Task.WhenAll(Enumerable.Range(0, 3).Select(cluster.SweepAsync));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(cluster.SweepAsync));

        Assert.Equal(2, (await cluster.HoldersAsync(root)).Count);
        Assert.Equal(2, (await StatusAsync(cluster, root)).Copies);
    }

    [Fact]
    public async Task CopyThatIsListedAndNotThere_IsFoundAndMadeAgain()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 2, factor: 2);
        var root = await AddAsync(cluster, silo: 0);
        await ReplicatedCluster.EventuallyAsync("both list it", async () => (await cluster.Nodes.RootsAsync(silo: 1)).Contains(root));

        // As after a restore of an older catalog.
        await cluster.Nodes.Service<HeldRoots>(1).DropAsync(root, long.MaxValue - 1, Token);
        Assert.Equal(2, (await StatusAsync(cluster, root)).Copies);
        await cluster.SweepAsync(0);

        await ReplicatedCluster.EventuallyAsync("it is there again", async () => (await cluster.HoldersAsync(root)).Count == 2 && await StatusAsync(cluster, root) is { Copies: 2 });
        Assert.Equal(1, (await cluster.Nodes.NodeGrain(0).GetStatsAsync(Token)).Replication.Lost);
    }

    [Fact]
    public async Task SiloThatLeaves_GivesItsLastCopiesToOthersAndTakesNoUploads()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 3, factor: 1);
        var roots = new List<Cid>();
        for (var i = 0; i < 10; i++)
            roots.Add(await AddAsync(cluster, silo: 1));

        await cluster.Nodes.NodeGrain(1).SetLeavingAsync(true, Token);

        await Assert.ThrowsAsync<InsufficientStorageException>(async () => await cluster.Nodes.NodeGrain(1).OpenUploadAsync(new UploadRequest(), Token));
        await ReplicatedCluster.EventuallyAsync("it holds nothing", async () =>
        {
            cluster.Nodes.Time.Advance(TimeSpan.FromSeconds(1));
            return (await cluster.Nodes.NodeGrain(1).GetStatsAsync(Token)).Roots == 0;
        });
        foreach (var root in roots)
        {
            Assert.DoesNotContain(1, await cluster.HoldersAsync(root));
            Assert.True(await StatusAsync(cluster, root) is { Copies: 1, Health: ReplicationHealth.Good });
        }
    }

    [Fact]
    public async Task Zones_GetOneCopyEachFirst()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 4, factor: 2, static (number, options) => options.Zone = number % 2 == 0 ? "even" : "odd");

        for (var i = 0; i < 8; i++)
        {
            var status = await StatusAsync(cluster, await AddAsync(cluster, silo: i % 4));
            Assert.Equal(["even", "odd"], status.Replicas.Select(replica => replica.Zone).Order());
        }
    }

    [Fact]
    public async Task Ensure_MoreCopies_AreMadeAndKept()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 3, factor: 1);
        var root = await AddAsync(cluster, silo: 0);

        await EnsureAsync(cluster, root, copies: 3);
        for (var silo = 0; silo < 3; silo++)
            await cluster.SweepAsync(silo);

        Assert.Equal(3, (await cluster.HoldersAsync(root)).Count);
        Assert.True(await StatusAsync(cluster, root) is { Wanted: 3, Copies: 3, Health: ReplicationHealth.Excellent });
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await cluster.Nodes.Grains.GetContentGrain(root).EnsureReplicationAsync(new EnsureReplicationRequest { Copies = 65 }, Token));
    }

    private static async Task<Cid> AddAsync(ReplicatedCluster cluster, int silo)
    {
        var leaves = TestBlocks.RawMany(ClusterFixture.NextSeed(), 3);
        Block[] tree = [TestTrees.Node("root", leaves), .. leaves];
        await cluster.Nodes.AddAsync(tree, silo);
        return tree[0].Cid;
    }

    private static Task EnsureAsync(ReplicatedCluster cluster, Cid root, int copies) => ReplicatedCluster.EventuallyAsync(
        $"there are {copies} copies", async () => (await cluster.Nodes.Grains.GetContentGrain(root).EnsureReplicationAsync(new EnsureReplicationRequest { Copies = copies }, Token)).Copies >= copies);

    private static async Task<ReplicationStatus> StatusAsync(ReplicatedCluster cluster, Cid root) => (await cluster.Nodes.Grains.GetContentGrain(root).GetReplicationAsync(Token))!;
}
