using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Transport;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Replication;

/// <summary>Tells the other silos how this one is, and looks which of them are gone. Its clock is the machine's, as that of the membership.</summary>
internal sealed partial class LoadExchange : IAsyncDisposable
{
    private readonly IpfsNode _node;
    private readonly ClusterNodes _nodes;
    private readonly ITransportClient _transport;
    private readonly NodeLoads _loads;
    private readonly Absences _absences;
    private readonly Departure _departure;
    private readonly Replicator _replicator;
    private readonly SweepSchedule _schedule;
    private readonly ILogger _logger;
    private readonly TimeSpan _timeout;
    private readonly BackgroundLoop _loop;
    private IReadOnlySet<PeerId> _present = new HashSet<PeerId>();

    public LoadExchange(
        IpfsNode node,
        ClusterNodes nodes,
        ITransportClient transport,
        NodeLoads loads,
        Absences absences,
        Departure departure,
        Replicator replicator,
        SweepSchedule schedule,
        IOptions<IpfsKitOptions> options,
        ILogger<LoadExchange> logger)
    {
        (_node, _nodes, _transport, _loads, _absences, _departure, _replicator, _schedule, _logger) = (node, nodes, transport, loads, absences, departure, replicator, schedule, logger);
        _timeout = options.Value.Replication.LoadInterval;
        _loop = new BackgroundLoop("The exchange of loads", options.Value.Replication.LoadInterval, TimeProvider.System, logger);
    }

    /// <summary>Begins.</summary>
    public void Start() => _loop.Start(ExchangeAsync, atOnce: true);

    /// <summary>Ends.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _loop.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    /// <summary>Tells all others, and looks who is here.</summary>
    internal async Task ExchangeAsync(CancellationToken cancellationToken)
    {
        (_present, var hasSomebodyGone) = _absences.Look(_present);
        _loads.Keep(_present);
        if (hasSomebodyGone)
            _schedule.OnSiloGone();
        var load = new NodeLoad { Node = _node.PeerId, FreeBytes = _node.Storage.FreeBytes, IsLeaving = _departure.IsLeaving, Transfers = _replicator.Count };
        _loads.Set(load);
        await Task.WhenAll(_nodes.List().Skip(1).Select(other => TellAsync(other.Node, load, cancellationToken)));
    }

    private async Task TellAsync(PeerId other, NodeLoad load, CancellationToken cancellationToken)
    {
        try
        {
            if (_transport.Find(other) is { } service)
                await service.AnnounceAsync(load).WaitAsync(_timeout, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotTold(_logger, other, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Silo {PeerId} was not told how this one is: {Reason}")]
    private static partial void LogNotTold(ILogger logger, PeerId peerId, string reason);
}
