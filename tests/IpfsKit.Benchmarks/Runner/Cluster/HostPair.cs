using System.Net;
using System.Net.Sockets;
using IpfsKit.Benchmarks.Runner.Read;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Runner.Cluster;

/// <summary>Two silo-hosts that are one cluster. Content has one copy there unless more are asked for.</summary>
internal sealed class HostPair : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly List<IAsyncDisposable> _parts = [];

    /// <summary>The node that content is added to.</summary>
    public ClusterNode First { get; private set; } = null!;

    /// <summary>The other.</summary>
    public ClusterNode Second { get; private set; } = null!;

    /// <summary>The grains.</summary>
    public IGrainFactory Grains { get; private set; } = null!;

    public static async Task<HostPair> StartAsync(string directory)
    {
        var pair = new HostPair();
        try
        {
            var ports = FreePorts(4);
            var (first, second) = (await pair.StartAsync(directory, 0, ports), await pair.StartAsync(directory, 1, ports));
            var connection = await ClusterConnection.OpenAsync(first.Service);
            pair._parts.Add(connection);
            pair.Grains = connection.Grains;
            pair.First = new ClusterNode(pair.Grains, PeerId.Parse(first.Service.PeerId));
            pair.Second = new ClusterNode(pair.Grains, PeerId.Parse(second.Service.PeerId));
            while ((await connection.Client.ListNodesAsync()).Count < 2 || !(await pair.First.Grain.ListPeersAsync()).Any(peer => peer.IsNode))
                await Task.Delay(Pause);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _parts.Count - 1; i >= 0; i--)
            await _parts[i].DisposeAsync();
    }

    private async Task<SiloHostProcess> StartAsync(string directory, int number, int[] ports)
    {
        var host = await SiloHostProcess.StartAsync(
            Path.Combine(directory, $"silo-{number}"),
            ("Orleans__ClusterId", "benchmark"), ("Orleans__ServiceId", "benchmark"),
            ("Orleans__Clustering__ProviderType", "Development"), ("Orleans__Clustering__PrimarySiloEndPoint", $"127.0.0.1:{ports[0]}"),
            ("Orleans__GrainStorage__content__ProviderType", "Memory"),
            ("Orleans__Endpoints__AdvertisedIPAddress", "127.0.0.1"), ("Orleans__Endpoints__SiloPort", $"{ports[2 * number]}"), ("Orleans__Endpoints__GatewayPort", $"{ports[(2 * number) + 1]}"),
            ("IpfsKit__Replication__MinFactor", "1"));
        _parts.Add(host);
        return host;
    }

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
