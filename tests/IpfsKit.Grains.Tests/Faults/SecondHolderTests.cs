using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Faults;

/// <summary>A data directory that was copied, beside the living silo and after it has died.</summary>
public sealed class SecondHolderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silo_OnACopyOfADirectoryInUse_DoesNotBecomeActiveAndTheOtherGoesOn()
    {
        await using var cluster = await NodeCluster.StartAsync(storage: new TestGrainStorage());
        CopyIdentity(cluster, to: 1);

        var thrown = await Assert.ThrowsAnyAsync<Exception>(() => cluster.Cluster.StartAdditionalSiloAsync());

        var refused = Assert.IsType<NodeAlreadyRunningException>(thrown.GetBaseException());
        Assert.Equal(cluster.Node().PeerId, refused.Node);
        Assert.False(File.Exists(Path.Combine(cluster.Data.FullName, "slot-1", "catalog.db")));
        var block = TestBlocks.Raw(ClusterFixture.NextSeed());
        await cluster.AddAsync([block]);
        Assert.Contains(block.Cid, await cluster.RootsAsync());
    }

    [Fact]
    public async Task Silo_WhosePreviousLifeIsStillInTheTable_ComesBack()
    {
        await using var cluster = await NodeCluster.StartAsync(silos: 2, storage: new TestGrainStorage());
        var node = cluster.Node(1).PeerId;
        // A process that is gone holds no lock; this one does until its parts are disposed, so that it comes back in a copy.
        CopyIdentity(cluster, to: 2, from: 1);
        var gone = cluster.Cluster.Silos[1];
        await cluster.Cluster.KillSiloAsync(gone, Token);

        var back = await cluster.Cluster.StartAdditionalSiloAsync();

        Assert.Equal(node, cluster.Service<Grains.Nodes.IpfsNode>(cluster.Cluster.Silos.ToList().IndexOf(back)).PeerId);
    }

    private static void CopyIdentity(NodeCluster cluster, int to, int from = 0)
    {
        var target = cluster.Data.CreateSubdirectory($"slot-{to}");
        File.Copy(Path.Combine(cluster.Data.FullName, $"slot-{from}", "identity.key"), Path.Combine(target.FullName, "identity.key"));
    }
}
