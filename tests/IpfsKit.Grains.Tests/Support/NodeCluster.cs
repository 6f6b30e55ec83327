using System.Collections.Concurrent;
using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Ipld;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime.Hosting;
using Orleans.TestingHost;

namespace IpfsKit.Grains.Tests.Support;

/// <summary>Silos with nodes in this process, each in its own slot of one temporary data directory.</summary>
internal sealed class NodeCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;
    private readonly bool _ownsData;
    private readonly ConcurrentDictionary<int, SkewedClock> _clocks;

    private NodeCluster(InProcessTestCluster cluster, DirectoryInfo data, bool ownsData, FakeTimeProvider time, ConcurrentDictionary<int, SkewedClock> clocks)
    {
        _clocks = clocks;
        _cluster = cluster;
        _ownsData = ownsData;
        Data = data;
        Time = time;
    }

    public DirectoryInfo Data { get; }

    /// <summary>The clock of this library in all silos; Orleans has its own.</summary>
    public FakeTimeProvider Time { get; }

    /// <summary>What one silo makes of it.</summary>
    public SkewedClock Clock(int silo) => _clocks[silo];

    public InProcessTestCluster Cluster => _cluster;

    public IGrainFactory Grains => _cluster.Client;

    /// <summary>Starts silos.</summary>
    /// <param name="silos">How many.</param>
    /// <param name="storage">Grain storage that they share; SQLite of each silo if not given, which only one silo can use.</param>
    /// <param name="data">A data directory to use again.</param>
    /// <param name="configure">Settings of the silo with a number.</param>
    /// <param name="now">What the clock says.</param>
    public static async Task<NodeCluster> StartAsync(
        int silos = 1, TestGrainStorage? storage = null, DirectoryInfo? data = null, Action<int, IpfsKitOptions>? configure = null, DateTimeOffset? now = null)
    {
        var directory = data ?? Directory.CreateTempSubdirectory("ipfskit-cluster-");
        var time = new FakeTimeProvider(now ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var clocks = new ConcurrentDictionary<int, SkewedClock>();
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.Options.ServiceId = "ipfskit-tests";
        builder.ConfigureSilo((options, silo) =>
        {
            var number = int.Parse(options.SiloName.AsSpan().TrimStart("Silo_").ToString(), System.Globalization.CultureInfo.InvariantCulture);
            silo.Services.AddKeyedSingleton<TimeProvider>(GrainNames.Clock, clocks.GetOrAdd(number, _ => new SkewedClock(time)));
            silo.Services.AddSingleton<IDataPlane, FakeDataPlane>();
            silo.Services.Configure<Libp2pOptions>(options => options.ListenAddresses = ["/ip4/127.0.0.1/tcp/0"]);
            if (storage is not null)
                silo.Services.AddGrainStorage(GrainNames.ContentStorage, (_, _) => storage);
            silo.AddIpfsKit(settings =>
            {
                settings.DataDirectory = directory.FullName;
                settings.Slot = number;
                settings.DataPlane.ListenAddress = "127.0.0.1:0";
                // The clock stands still, and so would whoever waits for the next step.
                settings.Catalog.ReconcilePerSecond = 100_000;
                // Tests of replication say otherwise.
                settings.Replication.MinFactor = 1;
                settings.Replication.LoadInterval = TimeSpan.FromMilliseconds(100);
                settings.Exchange.SiblingInterval = TimeSpan.FromMilliseconds(100);
                configure?.Invoke(number, settings);
            });
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new NodeCluster(cluster, directory, ownsData: data is null, time, clocks);
    }

    public T Service<T>(int silo = 0)
        where T : notnull =>
        _cluster.GetSiloServiceProvider(_cluster.Silos[silo].SiloAddress).GetRequiredService<T>();

    public IpfsNode Node(int silo = 0) => Service<IpfsNode>(silo);

    public INodeGrain NodeGrain(int silo = 0) => Grains.GetGrain<INodeGrain>(Node(silo).PeerId.ToString());

    public CatalogReconciler Reconciler(int silo = 0) => Service<CatalogReconciler>(silo);

    /// <summary>Puts blocks on a silo and registers the first as their root; returns when the catalog has been told, too.</summary>
    public async Task<ContentRegistration> AddAsync(Block[] blocks, int silo = 0, PinRequest? pin = null, WriteConcern concern = default)
    {
        var token = TestContext.Current.CancellationToken;
        await using var ingest = Service<ContentRegistrar>(silo).Begin();
        await ingest.PutManyAsync(blocks, token);
        var registration = await ingest.RegisterAsync(
            new StoredRoot { Root = blocks[0].Cid, SizeBytes = blocks[0].Size, DagBytes = blocks.Sum(block => block.Size), Blocks = blocks.Length, Pin = pin, WriteConcern = concern }, token);
        await Service<HeldRoots>(silo).EndingAsync(blocks[0].Cid);
        return registration;
    }

    public async Task<IReadOnlyList<Cid>> RootsAsync(int silo = 0)
    {
        var roots = new List<Cid>();
        await foreach (var root in NodeGrain(silo).ListRootsAsync(TestContext.Current.CancellationToken))
            roots.Add(root.Root);
        return roots;
    }

    public async Task<IReadOnlyList<PinInfo>> PinsAsync(PinMode? mode = null, int silo = 0)
    {
        var pins = new List<PinInfo>();
        await foreach (var pin in NodeGrain(silo).ListPinsAsync(mode, TestContext.Current.CancellationToken))
            pins.Add(pin);
        return pins;
    }

    public async Task DeactivateAsync(IAddressable grain) => await _cluster.DeactivateAsync((IGrain)grain);

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        if (_ownsData)
            Data.Delete(recursive: true);
    }
}
