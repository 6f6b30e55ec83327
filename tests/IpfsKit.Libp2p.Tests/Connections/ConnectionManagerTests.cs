using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Tests.Hosting;
using IpfsKit.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.Connections;

/// <summary>Hosts with too many connections, and with such that are not welcome.</summary>
public sealed class ConnectionManagerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Libp2pRole.Master, 100, 400, 30)]
    [InlineData(Libp2pRole.Worker, 50, 200, 20)]
    [InlineData(Libp2pRole.Leecher, 20, 100, 10)]
    public void Marks_OfARole_AreThoseOfTheDesign(Libp2pRole role, int low, int high, int grace)
    {
        Assert.Equal(new WaterMarks(low, high, TimeSpan.FromSeconds(grace)), WaterMarks.Of(role, new ConnectionManagerOptions()));
        Assert.Equal(new WaterMarks(7, 9, TimeSpan.Zero), WaterMarks.Of(role, new ConnectionManagerOptions { LowWater = 7, HighWater = 9, GracePeriod = TimeSpan.Zero }));
        Assert.Equal(9, WaterMarks.Of(role, new ConnectionManagerOptions { HighWater = 9 }).Low);
    }

    [Fact]
    public async Task Connections_BeyondTheHighWaterMark_AreTrimmedAndProtectedOnesStay()
    {
        var network = new InMemoryNetwork();
        await using var hub = await TestHost.StartAsync(network, options =>
        {
            options.Connections.LowWater = 2;
            options.Connections.HighWater = 4;
            options.Connections.GracePeriod = TimeSpan.Zero;
        });
        var peers = new List<TestHost>();
        for (var i = 0; i < 5; i++)
            peers.Add(await TestHost.StartAsync(network));
        hub.Host.ConnectionManager.Protect(peers[0].PeerId, "silo");

        foreach (var peer in peers)
        {
            await peer.Host.ConnectAsync(hub.Info, Cancellation);
            if (peer == peers[1])
                await Eventually.TrueAsync("the peer can be tagged", () => Task.FromResult(hub.Host.IsConnected(peer.PeerId) && hub.Host.ConnectionManager.SetTag(peer.PeerId, "useful", 10)), Patience, Cancellation);
        }

        await Eventually.TrueAsync("there are few enough", () => Task.FromResult(hub.Host.Sessions.Count == 2), Patience, Cancellation);
        Assert.True(hub.Host.IsConnected(peers[0].PeerId));
        Assert.True(hub.Host.IsConnected(peers[1].PeerId));
        await Eventually.TrueAsync("the trim is counted", () => Task.FromResult(hub.Metrics.TagsOf("libp2p.connection.trimmed").Length > 0), Patience, Cancellation);
        foreach (var peer in peers)
            await peer.DisposeAsync();
    }

    [Fact]
    public async Task Connections_WithinTheGracePeriod_AreTrimmedAfterIt()
    {
        var time = new FakeTimeProvider();
        var network = new InMemoryNetwork();
        await using var hub = await TestHost.StartAsync(
            network,
            options =>
            {
                options.Connections.LowWater = 0;
                options.Connections.HighWater = 1;
            },
            time);
        await using var first = await TestHost.StartAsync(network);
        await using var second = await TestHost.StartAsync(network);
        await first.Host.ConnectAsync(hub.Info, Cancellation);
        await second.Host.ConnectAsync(hub.Info, Cancellation);
        await Eventually.TrueAsync("both are connected", () => Task.FromResult(hub.Host.Sessions.Count == 2), Patience, Cancellation);
        Assert.Equal(0, await hub.Host.ConnectionManager.TrimAsync(Cancellation));

        await Eventually.TrueAsync(
            "they are trimmed",
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(5));
                return Task.FromResult(hub.Host.Sessions.Count == 0);
            },
            Patience,
            Cancellation);
    }

    [Fact]
    public async Task Gater_DeniesAPeer_ItsConnectionsEndAndNewOnesAreRefused()
    {
        await using var pair = await Pair.StartAsync();
        var gater = (ConnectionGater)pair.Bob.Services.GetRequiredService<IConnectionGater>();

        gater.Deny(pair.Alice.PeerId);

        await Eventually.TrueAsync("the connection ends", () => Task.FromResult(!pair.Bob.Host.IsConnected(pair.Alice.PeerId) && !pair.Alice.Host.IsConnected(pair.Bob.PeerId)), Patience, Cancellation);
        await Assert.ThrowsAsync<ConnectionGatedException>(() => pair.Bob.Host.ConnectAsync(pair.Alice.Info, Cancellation));
        // Whoever dials with a lazy handshake may hold a connection for a moment before it is refused.
        await Eventually.TrueAsync("the refusal is counted", async () =>
        {
            try
            {
                await pair.Alice.Host.DialAsync(pair.Bob.Info.Addresses[0].Encapsulate(IpfsKit.Multiformats.Multiaddr.FromPeerId(pair.Bob.PeerId)), Cancellation);
            }
            catch (PeerUnreachableException)
            {
                // As it should be.
            }

            return pair.Bob.Metrics.TagsOf("libp2p.connection.gated").Contains("direction=inbound");
        }, Patience, Cancellation);
        Assert.False(pair.Bob.Host.IsConnected(pair.Alice.PeerId));
    }

    [Fact]
    public async Task Connections_BeyondTheLimitOfAPeer_AreRefusedAndCounted()
    {
        var network = new InMemoryNetwork();
        using var key = IpfsKit.Libp2p.Identities.PrivateKey.Generate();
        await using var hub = await TestHost.StartAsync(network, options => options.Resources.ConnectionsPerPeer = 1);
        await using var first = await TestHost.StartAsync(network, key: key);
        await using var twin = await TestHost.StartAsync(network, key: key);
        await first.Host.ConnectAsync(hub.Info, Cancellation);
        await Eventually.TrueAsync("the first is connected", () => Task.FromResult(hub.Host.Sessions.Count == 1), Patience, Cancellation);

        await Eventually.TrueAsync("the refusal is counted", async () =>
        {
            try
            {
                await twin.Host.ConnectAsync(hub.Info, Cancellation);
            }
            catch (PeerUnreachableException)
            {
                // As it should be.
            }

            return hub.Metrics.TagsOf("libp2p.resource.refused").Contains("resource=connections,scope=peer");
        }, Patience, Cancellation);
        Assert.Single(hub.Host.Sessions);
    }
}
