using IpfsKit.Grains.Heat;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Grains.Tickets;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Faults;

/// <summary>The clock of one of two silos jumps by an hour.</summary>
public sealed class ClockJumpTests
{
    private const int Roots = 6;
    private const int Jumped = 1;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Silo_WhoseClockJumps_IsReadFromKeepsItsRootsAndCountsOn(int hours)
    {
        await using var cluster = await ReplicatedCluster.StartAsync(silos: 2, factor: 2);
        var roots = new List<Cid>();
        for (var i = 0; i < Roots; i++)
            roots.Add(await AddAsync(cluster, silo: i % 2));
        foreach (var skew in new[] { TimeSpan.FromHours(hours), TimeSpan.Zero })
        {
            cluster.Nodes.Clock(Jumped).Skew = skew;
            // A key that somebody has made since is asked for once a second.
            cluster.Nodes.Time.Advance(TimeSpan.FromSeconds(2));
            await CheckAsync();
            // What is added now is as good as what was.
            roots.Add(await AddAsync(cluster, silo: Jumped));
            roots.Add(await AddAsync(cluster, silo: 0));
            foreach (var root in roots)
                await cluster.Nodes.Grains.GetContentGrain(root).UnpinAsync(Token);
        }

        async Task CheckAsync()
        {
            for (var silo = 0; silo < 2; silo++)
            {
                await cluster.Nodes.Reconciler(silo).ReconcileAsync(CatalogFilter.All, Token);
                await cluster.SweepAsync(silo);
                await cluster.Nodes.Service<Grains.Nodes.Collector>(silo).CollectAsync(Token);
            }

            foreach (var root in roots)
            {
                Assert.Equal([0, 1], await cluster.HoldersAsync(root));
                await CheckTicketsAsync(cluster, root);
                var grain = cluster.Nodes.Grains.GetContentGrain(root);
                var before = (await grain.StatAsync(Token))!.Heat;
                await cluster.Nodes.Service<ITouchSink>(Jumped).TouchAsync(root, Touch(cluster), Token);
                var after = (await grain.StatAsync(Token))!.Heat;
                Assert.Equal(before.Accesses + 1, after.Accesses);
                Assert.True(after.Score > 0 && double.IsFinite(after.Score));
                // The last word counts, whatever the time says.
                await grain.PinAsync(new PinRequest { Name = "kept" }, Token);
            }

            foreach (var silo in new[] { 0, 1 })
                await ReplicatedCluster.EventuallyAsync($"silo {silo} has the pins", async () => (await cluster.Nodes.PinsAsync(silo: silo)).Count(pin => pin.Name == "kept") == roots.Count);
        }
    }

    private static TouchBatch Touch(ReplicatedCluster cluster) => new() { Count = 1, Bytes = 10, Hour = 1, Week = 1, At = cluster.Nodes.Clock(Jumped).GetUtcNow() };

    /// <summary>A ticket of the other silo may have expired; then one of its own is good.</summary>
    private static async Task CheckTicketsAsync(ReplicatedCluster cluster, Cid root)
    {
        var location = await cluster.Nodes.Grains.GetContentGrain(root).LocateAsync(Token);
        Assert.Equal(2, location!.Endpoints.Count);
        foreach (var endpoint in location.Endpoints)
        {
            var silo = endpoint.Node == cluster.Nodes.Node(0).PeerId ? 0 : 1;
            var tickets = cluster.Nodes.Service<TicketService>(silo);
            var verified = await tickets.VerifyReadAsync(endpoint.Ticket, endpoint.Node, root, Token);
            if (verified.IsValid)
                continue;
            Assert.Equal(TicketFault.Expired, verified.Fault);
            var own = await cluster.Nodes.NodeGrain(silo).OpenReadAsync(root, Token);
            Assert.True((await tickets.VerifyReadAsync(own!.Ticket, endpoint.Node, root, Token)).IsValid);
        }
    }

    private static async Task<Cid> AddAsync(ReplicatedCluster cluster, int silo)
    {
        var leaves = TestBlocks.RawMany(ClusterFixture.NextSeed(), 3);
        Block[] tree = [TestTrees.Node("root", leaves), .. leaves];
        await cluster.Nodes.AddAsync(tree, silo);
        return tree[0].Cid;
    }
}
