using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using IpfsKit.Client;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.TestKit;

namespace IpfsKit.Cluster.Tests;

/// <summary>Two service processes that are one cluster by nothing but Orleans' configuration.</summary>
public sealed class TwoHostsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Content_AddedOnOneSilo_IsReadThroughTheOtherWhichThenHoldsItToo()
    {
        using var directory = new TemporaryDirectory();
        var ports = FreePorts(4);
        await using var first = await StartAsync(directory.Combine("first"), ports[0], ports[0], ports[1]);
        await using var second = await StartAsync(directory.Combine("second"), ports[0], ports[2], ports[3]);
        await using var toFirst = await ConnectedClient.ConnectAsync(first.Service, Cancellation);
        await using var toSecond = await ConnectedClient.ConnectAsync(second.Service, Cancellation);
        await Eventually.TrueAsync(
            "the silos see each other", async () => (await toFirst.Client.ListNodesAsync(Cancellation)).Count == 2 && (await toSecond.Client.ListNodesAsync(Cancellation)).Count == 2, TimeSpan.FromSeconds(60), Cancellation);
        var content = RandomNumberGenerator.GetBytes(5 << 20);

        var added = await toFirst.Client.AddStreamAsync(new MemoryStream(content), cancellationToken: Cancellation);
        var holder = Assert.Single((await StatAsync()).Placements).Node;
        var other = (await toSecond.Client.ListNodesAsync(Cancellation)).Single(node => node.Node != holder);
        var endpoint = (await toSecond.Grains.GetGrain<INodeGrain>(other.Node.ToString()).OpenRemoteReadAsync(new RemoteReadRequest { Root = added.Root, IsRegistered = true }, Cancellation))!;
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(endpoint.Address!, $"ipfs/{added.Root}?format=car"));
        request.Headers.Add(DataPlaneProtocol.TicketHeader, endpoint.Ticket);
        using var response = await http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True((await response.Content.ReadAsByteArrayAsync(Cancellation)).Length > content.Length);
        await Eventually.TrueAsync("both silos are listed", async () => (await StatAsync()).Placements.Count == 2, TimeSpan.FromSeconds(30), Cancellation);
        var stats = (await toFirst.Client.GetStatsAsync(Cancellation)).Retrieval;
        Assert.Equal((1, stats.TotalBytesRetrieved), (stats.CacheMissesHandled, stats.BytesFromCluster));
        Assert.Equal(added.DagBytes, stats.TotalBytesRetrieved);
        Assert.Equal(content, await toSecond.Client.ReadAllBytesAsync(IpfsPath.Parse($"/ipfs/{added.Root}"), cancellationToken: Cancellation));

        async Task<ContentInfo> StatAsync() => (await toFirst.Client.StatAsync(IpfsPath.Parse($"/ipfs/{added.Root}"), Cancellation)).Root!;
    }

    private static Task<SiloHostProcess> StartAsync(string data, int primary, int silo, int gateway) => SiloHostProcess.StartAsync(
        data, Cancellation,
        ("Orleans__ClusterId", "two-hosts"), ("Orleans__ServiceId", "two-hosts"),
        ("Orleans__Clustering__ProviderType", "Development"), ("Orleans__Clustering__PrimarySiloEndPoint", $"127.0.0.1:{primary}"),
        ("Orleans__GrainStorage__content__ProviderType", "Memory"),
        ("Orleans__Endpoints__AdvertisedIPAddress", "127.0.0.1"), ("Orleans__Endpoints__SiloPort", $"{silo}"), ("Orleans__Endpoints__GatewayPort", $"{gateway}"));

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
            listener.Start();
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
            listener.Dispose();
        return ports;
    }
}
