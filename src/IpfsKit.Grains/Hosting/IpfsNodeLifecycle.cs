using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Heat;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Replication;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Grains.Hosting;

/// <summary>Ties the node to its silo.</summary>
/// <remarks>
/// <code>
/// ApplicationServices-1 no other living silo is this node
/// ApplicationServices   open storage, recover                      ▲ close storage
/// BecomeActive          the silo's grains run                      │ grains of this silo go, writing what they hold
/// Active                data plane, reports, reconciler, collector │ the same end, first of all: requests finish, heat is reported
///                       libp2p host, connections between silos     │ the host drains after the requests, which may need it
/// </code>
/// Storage is open before the first grain can ask for it and until the last has gone. What calls grains runs only while the silo is active.
/// </remarks>
internal sealed partial class IpfsNodeLifecycle(
    SoleHolder sole, IpfsNode node, ILibp2pHost host, SiblingConnector siblings, ExchangeLife exchange, IDataPlane dataPlane, TouchReporter touches, CatalogReconciler reconciler, CatalogRebuilder rebuilder, Collector collector, LoadExchange loads, ReplicationSweeper sweeper, BlockRepairer repairer, ILogger<IpfsNodeLifecycle> logger) : ILifecycleParticipant<ISiloLifecycle>
{
    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer)
    {
        // The silo is in the membership table, and nothing of the node is open yet.
        observer.Subscribe(nameof(SoleHolder), ServiceLifecycleStage.ApplicationServices - 1, sole.EnsureAsync);
        observer.Subscribe(nameof(IpfsNode), ServiceLifecycleStage.ApplicationServices, OpenAsync, _ => node.CloseAsync());
        observer.Subscribe(nameof(IpfsNodeLifecycle), ServiceLifecycleStage.Active, StartAsync, StopAsync);
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        await node.OpenAsync(cancellationToken);
        repairer.Attach();
        LogOpened(logger, node.PeerId, node.Profile.Role, node.Storage.Catalog.Statistics.CommittedRoots);
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await sole.EnsureAsync(cancellationToken);
        sole.Start();
        touches.Start();
        reconciler.Start();
        rebuilder.Start();
        collector.Start();
        await host.StartAsync(cancellationToken);
        siblings.Start();
        exchange.Start();
        loads.Start();
        sweeper.Start();
        repairer.Start();
        await dataPlane.StartAsync(cancellationToken);
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await dataPlane.StopAsync(cancellationToken);
        await repairer.StopAsync();
        await sweeper.StopAsync();
        await loads.StopAsync(cancellationToken);
        await exchange.StopAsync(cancellationToken);
        await siblings.StopAsync(cancellationToken);
        await host.StopAsync(cancellationToken);
        await collector.StopAsync();
        await rebuilder.StopAsync();
        await reconciler.StopAsync();
        await touches.StopAsync(cancellationToken);
        await sole.StopAsync();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {PeerId} is open as {Role} with {Roots} roots.")]
    private static partial void LogOpened(ILogger logger, PeerId peerId, NodeRole role, long roots);
}
