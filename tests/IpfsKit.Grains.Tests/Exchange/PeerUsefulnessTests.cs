using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;
using IpfsKit.TestKit.Exchange;

namespace IpfsKit.Grains.Tests.Exchange;

public sealed class PeerUsefulnessTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Peer_ThatDelivers_IsWorthMoreThanAnIdleOneUntilThatIsLongAgo()
    {
        var blocks = TestBlocks.RawMany(ClusterFixture.NextSeed(), 16, 64 << 10);
        await using var busy = await OutsidePeer.StartAsync([TestTrees.Node("root", blocks), .. blocks]);
        await using var idle = await OutsidePeer.StartAsync();
        foreach (var peer in new[] { busy, idle })
        {
            await foreach (var _ in fixture.Cluster.NodeGrain().ConnectPeerAsync(peer.Address, Token))
            {
            }
        }

        await foreach (var _ in fixture.Cluster.NodeGrain().FetchAsync(new FetchRequest { Root = TestTrees.Node("root", blocks).Cid, Peers = [busy.Address] }, Token))
        {
        }

        var (usefulness, manager) = (fixture.Cluster.Service<PeerUsefulness>(), fixture.Cluster.Service<ILibp2pHost>().ConnectionManager);
        await Eventually.TrueAsync(
            "the peer is worth what it delivered",
            () =>
            {
                usefulness.Measured();
                return Task.FromResult(manager.GetScore(busy.PeerId) >= 100);
            },
            TimeSpan.FromSeconds(30), Token);
        Assert.Equal(0, manager.GetScore(idle.PeerId));

        for (var i = 0; i < 30; i++)
            usefulness.Measured();
        Assert.Equal(0, manager.GetScore(busy.PeerId));
    }

    [Fact]
    public void Average_FollowsWhatFlowsAllTheTimeAndForgetsABurst()
    {
        var (steady, burst) = (0.0, PeerUsefulness.Next(0, 10 << 20));
        for (var i = 0; i < 12; i++)
            (steady, burst) = (PeerUsefulness.Next(steady, 1 << 20), PeerUsefulness.Next(burst, 0));

        Assert.InRange(steady, 0.98 * (1 << 20), 1 << 20);
        Assert.True(burst < steady / 10);
    }
}
