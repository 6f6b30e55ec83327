using System.Net;
using IpfsKit.Client;
using IpfsKit.Grains;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Cluster.Tests;

/// <summary>Two service processes that are one cluster by nothing but Orleans' configuration, and a client of each.</summary>
internal sealed class HostPair : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<IAsyncDisposable> _parts = [];

    public SiloHostProcess First { get; private set; } = null!;

    public SiloHostProcess Second { get; private set; } = null!;

    public ConnectedClient ToFirst { get; private set; } = null!;

    public ConnectedClient ToSecond { get; private set; } = null!;

    /// <summary>Starts both, and returns when each sees the other.</summary>
    /// <param name="dataDirectory">Where their data go.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="settings">More of the configuration of both, and of the clients.</param>
    public static async Task<HostPair> StartAsync(string dataDirectory, CancellationToken cancellationToken, params (string Name, string Value)[] settings)
    {
        var pair = new HostPair();
        try
        {
            var ports = FreePorts.Take(4);
            pair.First = await StartAsync("first", ports[0], ports[1]);
            pair.Second = await StartAsync("second", ports[2], ports[3]);
            pair._parts.Add(pair.ToFirst = await ConnectedClient.ConnectAsync(pair.First.Service, cancellationToken, settings: settings));
            pair._parts.Add(pair.ToSecond = await ConnectedClient.ConnectAsync(pair.Second.Service, cancellationToken, settings: settings));
            foreach (var client in new[] { pair.ToFirst.Client, pair.ToSecond.Client })
                await Eventually.TrueAsync("the silo sees the other", async () => (await client.ListNodesAsync(cancellationToken)).Count == 2, Patience, cancellationToken);
            return pair;

            async Task<SiloHostProcess> StartAsync(string name, int silo, int gateway)
            {
                var host = await SiloHostProcess.StartAsync(Path.Combine(dataDirectory, name), cancellationToken, [.. Cluster(ports[0], silo, gateway), .. settings]);
                pair._parts.Add(host);
                return host;
            }
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads a registered root through one node as its data plane gives it out, wherever the content is, and tells how long the CAR was.</summary>
    public async Task<long> ReadThroughAsync(PeerId node, Cid root, CancellationToken cancellationToken)
    {
        var grain = ToFirst.Grains.GetGrain<INodeGrain>(node.ToString());
        var endpoint = await grain.OpenRemoteReadAsync(new RemoteReadRequest { Root = root, IsRegistered = true }, cancellationToken);
        Assert.NotNull(endpoint);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(endpoint.Address!, $"ipfs/{root}?format=car"));
        request.Headers.Add(DataPlaneProtocol.TicketHeader, endpoint.Ticket);
        using var response = await http.SendAsync(request, cancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadAsByteArrayAsync(cancellationToken)).Length;
    }

    /// <summary>What the cluster knows of a root.</summary>
    public async Task<ContentInfo> StatAsync(Cid root, CancellationToken cancellationToken) =>
        (await ToFirst.Client.StatAsync($"/ipfs/{root}", cancellationToken)).Root!;

    public async ValueTask DisposeAsync()
    {
        for (var i = _parts.Count - 1; i >= 0; i--)
            await _parts[i].DisposeAsync();
    }

    private static IEnumerable<(string, string)> Cluster(int primary, int silo, int gateway) =>
    [
        ("Orleans__ClusterId", "two-hosts"), ("Orleans__ServiceId", "two-hosts"),
        ("Orleans__Clustering__ProviderType", "Development"), ("Orleans__Clustering__PrimarySiloEndPoint", $"127.0.0.1:{primary}"),
        ("Orleans__GrainStorage__content__ProviderType", "Memory"),
        // What comes to the other silo comes because it is read there.
        ("IpfsKit__Replication__MinFactor", "1"),
        ("Orleans__Endpoints__AdvertisedIPAddress", "127.0.0.1"), ("Orleans__Endpoints__SiloPort", $"{silo}"), ("Orleans__Endpoints__GatewayPort", $"{gateway}"),
    ];
}
