using IpfsKit.Client;
using IpfsKit.Cluster.Tests.Stores;
using IpfsKit.Grains;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Cluster.Tests.Chaos;

/// <summary>A cluster of processes under a load of several clients, whose silos are ended one after the other.</summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    private const int Silos = 4;
    private const int Clients = 4;
    private const int Durable = 2;

    /// <summary>How long the copies that a silo took with it may take to be made again.</summary>
    private static readonly TimeSpan RepairTime = TimeSpan.FromSeconds(90);

    /// <summary>How long until the load has acknowledged enough.</summary>
    private static readonly TimeSpan LoadTime = TimeSpan.FromSeconds(60);

    private readonly StoreCluster _cluster;
    private readonly int _seed;
    private readonly Random _random;
    private readonly List<ConnectedClient> _connections = [];
    private readonly List<ChaosClient> _clients = [];
    private readonly ChaosRoots _roots = new();
    private readonly List<string> _outputs = [];
    private readonly CancellationTokenSource _end = new();
    private Task _load = Task.CompletedTask;

    private ChaosRun(StoreCluster cluster, int seed) => (_cluster, _seed, _random) = (cluster, seed, new Random(seed));

    public History History { get; } = new();

    public StoreCluster Cluster => _cluster;

    /// <summary>Starts the silos and the load.</summary>
    public static async Task<ChaosRun> StartAsync(ClusterStore store, string dataDirectory, int seed, CancellationToken cancellationToken)
    {
        var run = new ChaosRun(new StoreCluster(Configure(store), dataDirectory, Silos), seed);
        try
        {
            await run._cluster.StartAsync(cancellationToken);
            for (var client = 0; client < Clients; client++)
            {
                var connection = await ConnectedClient.ConnectAsync(store.Client, cancellationToken);
                run._connections.Add(connection);
                run._clients.Add(new ChaosClient(client, seed, connection.Client, run.History));
            }

            run._load = Task.WhenAll(run._clients.Select(client => new ChaosLoad(client, run._roots, new Random(run._random.Next())).RunAsync(run._end.Token, cancellationToken)));
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Three copies, two of them before an add is acknowledged, and everything that waits in a real cluster waits for seconds.</summary>
    public static ClusterStore Configure(ClusterStore store) => store with
    {
        Silo = new Dictionary<string, string>(store.Silo)
        {
            ["IpfsKit__Replication__MinFactor"] = "3",
            ["IpfsKit__Replication__WriteConcern"] = $"{Durable}",
            ["IpfsKit__Replication__RepairDelay"] = "00:00:01",
            ["IpfsKit__Replication__SweepInterval"] = "00:00:05",
            ["IpfsKit__Replication__LoadInterval"] = "00:00:00.5",
            // A silo that does not answer for some six seconds has died: on a machine that starts others at the same time, no less.
            ["Orleans__ClusterMembership__ProbeTimeout"] = "00:00:02",
            ["Orleans__ClusterMembership__NumMissedProbesLimit"] = "3",
            ["IpfsKit__Exchange__SiblingInterval"] = "00:00:00.5",
        },
    };

    /// <summary>Ends one silo at a random moment, starts it again, and waits until the cluster could lose the next one.</summary>
    public async Task<string> RoundAsync(bool isDestroyed, CancellationToken cancellationToken)
    {
        await AwaitLoadAsync(cancellationToken);
        await PassAsync(TimeSpan.FromMilliseconds(_random.Next(1, 300)), cancellationToken);
        var silo = _random.Next(Silos);
        var start = History.Now;
        var output = _cluster[silo];
        await _cluster.KillAsync(silo, isDestroyed);
        _outputs.Add($"silo {silo}, killed at {start:c}:\n{output.Output}");
        // Mostly it is back before anybody has missed it.
        if (_random.Next(4) == 0)
            await PassAsync(TimeSpan.FromSeconds(_random.Next(1, 15)), cancellationToken);
        var restart = History.Now;
        await _cluster.StartAsync(silo, cancellationToken);
        var started = History.Now;
        await _cluster.SettleAsync(cancellationToken);
        var settled = History.Now;
        var repaired = await AwaitRepairAsync(cancellationToken);
        History.Add(new Disruption(start, History.Now));
        return $"silo {silo}{(isDestroyed ? ", destroyed" : "")}: down for {(restart - start).TotalSeconds:0.0} s, started in {(started - restart).TotalSeconds:0.0} s, known to all after {(settled - started).TotalSeconds:0.0} s, "
            + $"{repaired} roots whole after {(History.Now - settled).TotalSeconds:0.0} s";
    }

    /// <summary>Restarts one silo as an operator would. Reads must not notice.</summary>
    public async Task<string> RestartAsync(int silo, CancellationToken cancellationToken)
    {
        await AwaitLoadAsync(cancellationToken);
        var start = History.Now;
        await _cluster.TerminateAsync(silo, cancellationToken);
        var ended = History.Now;
        await _cluster.StartAsync(silo, cancellationToken);
        await _cluster.SettleAsync(cancellationToken);
        History.Add(new Disruption(start, History.Now, SparesReads: true));
        return $"silo {silo}: ended in {(ended - start).TotalSeconds:0.0} s, back after {(History.Now - ended).TotalSeconds:0.0} s";
    }

    /// <summary>Ends the load, and asks every client for everything.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await StopLoadAsync();
        await AwaitQuietAsync(cancellationToken);
        foreach (var client in _clients)
        {
            client.IsFinal = true;
            var listed = await client.ListRootsAsync(cancellationToken);
            await client.ListPinsAsync(cancellationToken);
            foreach (var (content, root) in _roots.List())
                await client.ReadAsync(content, root, null, cancellationToken);
            foreach (var root in listed.Where(root => _roots.Find(root) is null))
                await client.ReadUnknownAsync(root, cancellationToken);
        }
    }

    /// <summary>What the model says of all that happened.</summary>
    public IReadOnlyList<string> Check() => History.Check(ChaosClient.Timeout + ChaosClient.Slack);

    /// <summary>What silo processes have printed since they were started.</summary>
    public IEnumerable<string> Outputs() => _outputs.Concat(Enumerable.Range(0, Silos).Select(silo => $"silo {silo}:\n{_cluster[silo]?.Output}"));

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopLoadAsync();
        }
        catch (OperationCanceledException)
        {
            // The test was given up.
        }

        foreach (var connection in _connections)
            await connection.DisposeAsync();
        await _cluster.DisposeAsync();
        _end.Dispose();
    }

    private int Acknowledged => History.Count(OperationKind.Add, OperationOutcome.Done);

    /// <summary>Waits until some more has been acknowledged.</summary>
    private async Task AwaitLoadAsync(CancellationToken cancellationToken)
    {
        var acknowledged = Acknowledged;
        await Eventually.TrueAsync("the load goes on", () => Task.FromResult(Acknowledged >= acknowledged + 8 || _load.IsCompleted), LoadTime, cancellationToken);
    }

    /// <summary>Waits until every acknowledged root has as many copies that stand as writes are acknowledged with.</summary>
    /// <returns>How many there were.</returns>
    private async Task<int> AwaitRepairAsync(CancellationToken cancellationToken)
    {
        var all = _roots.List();
        var waiting = all;
        await Eventually.TrueAsync($"all roots have {Durable} copies again", async () =>
        {
            var still = new List<(int, Cid)>();
            var removed = _roots.List().Select(root => root.Root).ToHashSet();
            foreach (var (content, root) in waiting.Where(one => removed.Contains(one.Root)))
            {
                if (await CountCopiesAsync(root, cancellationToken) is not >= Durable)
                    still.Add((content, root));
            }

            waiting = still;
            return waiting.Count == 0;
        }, RepairTime, cancellationToken);
        return all.Count;
    }

    /// <summary>Waits until silos that were away have dropped what was removed meanwhile: until what they list is what content grains know.</summary>
    private async Task AwaitQuietAsync(CancellationToken cancellationToken)
    {
        var client = _connections[0].Client;
        await Eventually.TrueAsync("all that is listed is registered", async () =>
        {
            await foreach (var root in client.ListRootsAsync(cancellationToken))
            {
                if (await FindAsync(root.Root) is not { } info || info.Pin is null != root.Pin is null)
                    return false;
            }

            return true;
        }, RepairTime, cancellationToken);

        async Task<ContentInfo?> FindAsync(Cid root)
        {
            try
            {
                return (await client.StatAsync($"/ipfs/{root}", cancellationToken)).Root;
            }
            catch (ContentNotFoundException)
            {
                return null;
            }
        }
    }

    /// <summary>Null while there is no answer, and of what is not there any more as many as can be.</summary>
    private async Task<int?> CountCopiesAsync(Cid root, CancellationToken cancellationToken)
    {
        try
        {
            return (await _connections[0].Client.ReplicationStatusAsync(root, cancellationToken)).Copies;
        }
        catch (ContentNotFoundException)
        {
            // Removed meanwhile; if it was not, the model finds it.
            return int.MaxValue;
        }
        catch (IpfsKitException)
        {
            return null;
        }
    }

    private async Task StopLoadAsync()
    {
        await _end.CancelAsync();
        await _load;
    }

    private static async Task PassAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync(cancellationToken);
    }
}
