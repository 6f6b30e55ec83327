using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Replication;

/// <summary>Asks the content grains of all roots that this silo holds what becomes of its copies, at a limited rate: now and then, and when a silo has been gone for long enough.</summary>
/// <remarks>
/// Grains cannot be enumerated, so that the silos that hold a root are those who take care of it. Each asks; the grain tells a silo to hold the root once, however many ask. Silos that are up are asked whether they hold what they are listed for: one
/// that was restored from a backup may not.
/// </remarks>
internal sealed partial class ReplicationSweeper : IAsyncDisposable
{
    /// <summary>The most roots about which a silo is asked at once.</summary>
    public const int MaxAuditBatch = 256;

    private readonly IpfsNode _node;
    private readonly HeldRoots _held;
    private readonly IGrainFactory _grains;
    private readonly SweepSchedule _schedule;
    private readonly Departure _departure;
    private readonly ReplicationCounters _counters;
    private readonly ReplicationOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BackgroundLoop _loop;

    public ReplicationSweeper(
        IpfsNode node,
        HeldRoots held,
        IGrainFactory grains,
        SweepSchedule schedule,
        Departure departure,
        ReplicationCounters counters,
        IOptions<IpfsKitOptions> options,
        TimeProvider time,
        ILogger<ReplicationSweeper> logger)
    {
        (_node, _held, _grains, _schedule, _departure, _counters, _time, _logger) = (node, held, grains, schedule, departure, counters, time, logger);
        _options = options.Value.Replication;
        _loop = new BackgroundLoop("The sweep of replication", _options.LoadInterval, time, logger);
    }

    /// <summary>Begins.</summary>
    public void Start() => _loop.Start(SweepIfDueAsync);

    /// <summary>Ends; the next start begins anew.</summary>
    public Task StopAsync() => _loop.StopAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private async Task SweepIfDueAsync(CancellationToken cancellationToken)
    {
        // One that leaves asks until nothing is left here.
        if (_schedule.TryTake() || (_departure.IsLeaving && _node.Storage.Catalog.Statistics.CommittedRoots > 0))
            await SweepAsync(cancellationToken);
    }

    /// <summary>Asks for every root once.</summary>
    /// <returns>For how many there was no answer.</returns>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var (failed, tally) = (0, new SweepTally());
        var (pace, repairs) = (new Pace(_options.SweepPerSecond, _time), new Pace(_options.RepairsPerSecond, _time));
        var audit = new Dictionary<PeerId, List<Cid>>();
        await foreach (var root in _node.Storage.Catalog.EnumerateRootsAsync(CatalogFilter.Committed, cancellationToken: cancellationToken))
        {
            await pace.WaitAsync(cancellationToken);
            try
            {
                var advice = await _grains.GetContentHolder(root.Root).SweepAsync(_node.PeerId, cancellationToken);
                if (advice.IsReleased)
                    await ReleaseAsync(root.Root, advice.Revision, cancellationToken);
                else if (IsSpeaker(advice))
                    tally.Add(advice.Health);
                await AuditAsync(audit, root.Root, advice.Others, cancellationToken);
                _counters.AddRepairs(advice.Started);
                for (var i = 0; i < advice.Started; i++)
                    await repairs.WaitAsync(cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                if (failed++ == 0)
                    LogNotSwept(_logger, root.Root, e);
            }
        }

        foreach (var (other, roots) in audit)
            await AuditAsync(other, roots, cancellationToken);
        tally.EndedAt = _time.GetUtcNow();
        _counters.Complete(tally);
        return failed;
    }

    /// <summary>Of those who hold a root one counts it.</summary>
    private bool IsSpeaker(SweepAdvice advice)
    {
        var own = _node.PeerId.ToString();
        return advice.Others.All(other => string.CompareOrdinal(own, other.ToString()) < 0);
    }

    /// <summary>The grain lists this silo no longer: a crash before the drop leaves a row, for which the reconciler has it listed again.</summary>
    private async Task ReleaseAsync(Cid root, long revision, CancellationToken cancellationToken)
    {
        await _held.DropAsync(root, revision, cancellationToken);
        _counters.AddReleased();
        LogReleased(_logger, root);
    }

    private async Task AuditAsync(Dictionary<PeerId, List<Cid>> audit, Cid root, IReadOnlyList<PeerId> others, CancellationToken cancellationToken)
    {
        foreach (var other in others)
        {
            if (!audit.TryGetValue(other, out var roots))
                audit[other] = roots = new List<Cid>(MaxAuditBatch);
            roots.Add(root);
            if (roots.Count < MaxAuditBatch)
                continue;
            await AuditAsync(other, roots, cancellationToken);
            roots.Clear();
        }
    }

    private async Task AuditAsync(PeerId other, List<Cid> roots, CancellationToken cancellationToken)
    {
        if (roots.Count == 0)
            return;
        try
        {
            foreach (var missing in await _grains.GetGrain<INodeControlGrain>(other.ToString()).FindMissingAsync([.. roots], cancellationToken))
            {
                await _grains.GetContentHolder(missing).LostAsync(other, cancellationToken);
                _counters.AddLost();
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotAudited(_logger, other, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The copy of {Root} on this silo is released: enough others hold it.")]
    private static partial void LogReleased(ILogger logger, Cid root);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The content grain of {Root}, and perhaps others, did not say what becomes of its copies; asked again with the next sweep.")]
    private static partial void LogNotSwept(ILogger logger, Cid root, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Silo {PeerId} did not say whether it holds what it is listed for; asked again with the next sweep.")]
    private static partial void LogNotAudited(ILogger logger, PeerId peerId, Exception exception);
}
