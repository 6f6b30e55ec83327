using IpfsKit.TestKit;

namespace IpfsKit.Cluster.Tests.Stores;

/// <summary>Service processes that find each other in a store, each with ports and a data directory that stay its own.</summary>
internal sealed class StoreCluster(ClusterStore store, string dataDirectory, int size) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly int[] _ports = FreePorts.Take(2 * size);
    private readonly SiloHostProcess?[] _hosts = new SiloHostProcess?[size];

    /// <summary>How many silos it has.</summary>
    public int Size => size;

    public SiloHostProcess this[int silo] => _hosts[silo]!;

    /// <summary>Starts all that do not run, at once, and returns when each of them knows of all.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(Enumerable.Range(0, _hosts.Length).Where(silo => _hosts[silo] is null).Select(silo => StartAsync(silo, cancellationToken)));
        await SettleAsync(cancellationToken);
    }

    /// <summary>Returns when each silo knows of all that run, and of no other.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var all = _hosts.OfType<SiloHostProcess>().Select(host => host.Service.PeerId).Order(StringComparer.Ordinal).ToList();
        foreach (var host in _hosts.OfType<SiloHostProcess>())
        {
            await using var client = await ConnectedClient.ConnectAsync(host.Service, cancellationToken);
            await Eventually.TrueAsync(
                $"silo {host.Service.PeerId} knows of {string.Join(", ", all)} and of no other",
                async () => (await client.Client.ListNodesAsync(cancellationToken)).Select(node => node.Node.ToString()).Order(StringComparer.Ordinal).SequenceEqual(all),
                Patience,
                cancellationToken);
        }
    }

    public async Task StartAsync(int silo, CancellationToken cancellationToken)
    {
        var settings = store.Client.Concat(store.Silo).Select(setting => (setting.Key, setting.Value)).ToList();
        settings.Add(("Orleans__Endpoints__AdvertisedIPAddress", "127.0.0.1"));
        settings.Add(("Orleans__Endpoints__SiloPort", $"{_ports[2 * silo]}"));
        settings.Add(("Orleans__Endpoints__GatewayPort", $"{_ports[(2 * silo) + 1]}"));
        _hosts[silo] = await SiloHostProcess.StartAsync(DirectoryOf(silo), cancellationToken, [.. settings]);
    }

    /// <summary>Ends one with SIGKILL.</summary>
    /// <param name="silo">Which.</param>
    /// <param name="isDestroyed">Whether its disk goes with it: what starts in its place is another node.</param>
    public async Task KillAsync(int silo, bool isDestroyed)
    {
        await this[silo].KillAsync();
        await DisposeAsync(silo);
        if (isDestroyed)
            Directory.Delete(DirectoryOf(silo), recursive: true);
    }

    /// <summary>Ends all with SIGKILL.</summary>
    public async Task KillAsync()
    {
        foreach (var host in _hosts)
            await host!.KillAsync();
        await DisposeAsync();
    }

    /// <summary>Asks one to stop, as a service manager would.</summary>
    public async Task TerminateAsync(int silo, CancellationToken cancellationToken)
    {
        Assert.Equal(0, await this[silo].TerminateAsync(cancellationToken));
        await DisposeAsync(silo);
    }

    /// <summary>Asks all at once to stop, as a service manager would.</summary>
    public async Task TerminateAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_hosts.Select(async host => Assert.Equal(0, await host!.TerminateAsync(cancellationToken))));
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        for (var silo = 0; silo < _hosts.Length; silo++)
            await DisposeAsync(silo);
    }

    private string DirectoryOf(int silo) => Path.Combine(dataDirectory, $"silo-{silo}");

    private async Task DisposeAsync(int silo)
    {
        if (_hosts[silo] is not { } host)
            return;
        _hosts[silo] = null;
        await host.DisposeAsync();
    }
}
