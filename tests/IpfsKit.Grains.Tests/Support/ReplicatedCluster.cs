using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Replication;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Grains.Tests.Support;

/// <summary>Silos that hold copies of each other's roots.</summary>
internal sealed class ReplicatedCluster : IAsyncDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private ReplicatedCluster(NodeCluster nodes) => Nodes = nodes;

    public NodeCluster Nodes { get; }

    private int Count => Nodes.Cluster.Silos.Count;

    /// <summary>Starts silos; returns when they know and reach each other.</summary>
    public static async Task<ReplicatedCluster> StartAsync(int silos, int factor, Action<int, Grains.Hosting.IpfsKitOptions>? configure = null)
    {
        var nodes = await NodeCluster.StartAsync(silos, new TestGrainStorage(), configure: (number, options) =>
        {
            options.Replication.MinFactor = factor;
            options.Replication.SweepPerSecond = options.Replication.RepairsPerSecond = 100_000;
            configure?.Invoke(number, options);
        });
        var cluster = new ReplicatedCluster(nodes);
        await cluster.WaitUntilMetAsync();
        return cluster;
    }

    /// <summary>Adds a silo.</summary>
    public async Task StartSiloAsync()
    {
        await Nodes.Cluster.StartAdditionalSiloAsync();
        await WaitUntilMetAsync();
    }

    /// <summary>Ends a silo as a crash does.</summary>
    public async Task KillSiloAsync(int silo)
    {
        await Nodes.Cluster.KillSiloAsync(Nodes.Cluster.Silos[silo], TestContext.Current.CancellationToken);
        await WaitUntilMetAsync();
        // All of them have noticed, by the clock that they share.
        for (var i = 0; i < Count; i++)
            await Nodes.Service<LoadExchange>(i).ExchangeAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The silos whose catalog has a root.</summary>
    public async Task<IReadOnlyList<int>> HoldersAsync(Cid root)
    {
        var holders = new List<int>();
        for (var silo = 0; silo < Count; silo++)
        {
            if (await Nodes.Node(silo).Storage.Catalog.GetRootAsync(root, TestContext.Current.CancellationToken) is not null)
                holders.Add(silo);
        }

        return holders;
    }

    /// <summary>Has a silo look at all its roots.</summary>
    public Task SweepAsync(int silo) => Nodes.Service<ReplicationSweeper>(silo).SweepAsync(TestContext.Current.CancellationToken);

    /// <summary>Waits for something.</summary>
    public static Task EventuallyAsync(string what, Func<Task<bool>> ask) => Eventually.TrueAsync(what, ask, Long, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Nodes.DisposeAsync();

    private async Task WaitUntilMetAsync()
    {
        for (var i = 0; i < Count; i++)
        {
            var silo = i;
            await EventuallyAsync($"silo {silo} sees {Count}", () => Task.FromResult(Nodes.Service<Grains.Nodes.ClusterNodes>(silo).List().Count == Count));
            await EventuallyAsync($"silo {silo} is connected", () => Task.FromResult(Nodes.Service<Siblings>(silo).Peers.Count == Count - 1));
        }
    }
}
