using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.TestKit;

namespace IpfsKit.Grains.Tests.Exchange;

public sealed class SiblingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silos_OfOneCluster_ConnectWithEachOtherAndStayConnected()
    {
        await using var cluster = await NodeCluster.StartAsync(silos: 2, new TestGrainStorage());
        var hosts = new[] { cluster.Service<ILibp2pHost>(0), cluster.Service<ILibp2pHost>(1) };

        for (var i = 0; i < 2; i++)
        {
            var (host, other) = (hosts[i], hosts[1 - i].LocalPeer.PeerId);
            await Eventually.TrueAsync("the silos are connected", () => Task.FromResult(host.IsConnected(other) && host.ConnectionManager.IsProtected(other)), TimeSpan.FromSeconds(30), Token);
            await Eventually.TrueAsync("the silos know each other", () => Task.FromResult(cluster.Service<Siblings>(i).Contains(other)), TimeSpan.FromSeconds(30), Token);
        }
    }

    [Fact]
    public async Task Node_WithNothingConfigured_IsAHostOfItsOwnIdentityAndRole()
    {
        await using var cluster = await NodeCluster.StartAsync(configure: static (_, options) => options.Role = NodeRole.Leecher);
        var host = cluster.Service<ILibp2pHost>();

        Assert.Equal(cluster.Node().PeerId, host.LocalPeer.PeerId);
        Assert.Equal(Libp2pRole.Leecher, cluster.Service<Microsoft.Extensions.Options.IOptions<Libp2pOptions>>().Value.Role);
        var address = Assert.Single(cluster.Node().Profile.Libp2pAddresses);
        Assert.Equal($"{Assert.Single(host.LocalPeer.ListenAddresses)}/p2p/{host.LocalPeer.PeerId}", address.ToString());
    }

    [Fact]
    public async Task Node_ThatHasStopped_LetsGoOfItsPort()
    {
        await using var cluster = await NodeCluster.StartAsync();
        var host = cluster.Service<ILibp2pHost>();
        var address = host.LocalPeer.ListenAddresses[0];
        await cluster.Cluster.StopSiloAsync(cluster.Cluster.Silos[0], Token);

        using var ports = new Libp2p.TcpPortReservations();
        Assert.Equal(address, ports.Reserve(address));
    }
}
