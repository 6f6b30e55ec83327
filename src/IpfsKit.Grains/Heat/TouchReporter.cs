using IpfsKit.Grains.Hosting;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Heat;

/// <summary>Brings the reads that <see cref="TouchAggregator"/> counts to the content grains.</summary>
/// <remarks>
/// <para>Once per <see cref="TouchReporterOptions.FlushInterval"/>: a root read at least twice costs its grain one two-way call, whatever the read rate. A root read once waits in the
/// <see cref="ColdHeatTable"/> until the sweep, so that a scan over many roots does not activate a grain for each; so does heat that could not be reported, for example while grain storage is down.</para>
/// <para>Reports are awaited before the next flush. When grains are slow the windows grow longer and the counting goes on in its fixed tables; nothing queues.</para>
/// <para>A sweep that finds grain storage down keeps what it holds and ends after a few failures in a row: trying the other sixty thousand roots would take hours of timeouts.</para>
/// </remarks>
internal sealed partial class TouchReporter : IAsyncDisposable
{
    private const int FailuresThatEndAPass = 64;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly TouchAggregator _aggregator;
    private readonly ITouchSink _sink;
    private readonly TimeProvider _time;
    private readonly TouchReporterOptions _options;
    private readonly NodeInstruments _instruments;
    private readonly ILogger _logger;
    private readonly ColdHeatTable _cold;
    private readonly Dictionary<Cid, TouchCount> _window = [];
    private readonly BackgroundLoop _loop;
    private long _reportedDrops;
    private DateTimeOffset _sweptAt;

    public TouchReporter(
        TouchAggregator aggregator, ITouchSink sink, TimeProvider time, IOptions<IpfsKitOptions> options, NodeInstruments instruments, ILogger<TouchReporter> logger)
    {
        _aggregator = aggregator;
        _sink = sink;
        _time = time;
        _options = options.Value.Heat;
        _instruments = instruments;
        _logger = logger;
        _cold = new ColdHeatTable(_options.MaxWaitingRoots);
        _loop = new BackgroundLoop("The report of reads", _options.FlushInterval, time, logger);
        _sweptAt = time.GetUtcNow();
    }

    /// <summary>Roots whose heat waits for the sweep.</summary>
    public int WaitingRoots => _cold.Count;

    /// <summary>Starts the loop.</summary>
    public void Start() => _loop.Start(TickAsync);

    /// <summary>Ends the loop and reports what was counted, for a few seconds at most.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!await _loop.StopAsync(cancellationToken))
            return;
        // A silo that stops has little time, and the heat of roots that were hardly read is worth little of it.
        using var limit = new CancellationTokenSource(StopLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await FlushAsync(either.Token);
        await SweepAsync(either.Token);
        if (_cold.Count > 0)
            LogHeatLost(_logger, _cold.Count);
    }

    /// <summary>Takes back heat that a grain of this silo could not write; the next sweep reports it again. May be called from anywhere.</summary>
    public void Keep(Cid root, in RootHeat heat)
    {
        if (!_cold.TryAdd(root, heat))
            _instruments.AddTouchesDropped(heat.Accesses);
    }

    /// <summary>One flush, and a sweep if it is due. Called by the loop, and by tests instead of it.</summary>
    internal async Task TickAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        // A full table is swept early, but not at once again: it may be full because grain storage is down.
        if (_time.GetUtcNow() - _sweptAt >= (_cold.IsFull ? _options.SweepInterval / 10 : _options.SweepInterval))
            await SweepAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        _aggregator.Drain(_window);
        CountDrops();
        if (_window.Count == 0)
            return;
        var now = _time.GetUtcNow();
        var hot = new List<KeyValuePair<Cid, RootHeat>>();
        foreach (var (root, count) in _window)
        {
            if (!await IsRootAsync(root, count, cancellationToken))
                continue;
            if (count.Count >= 2)
                hot.Add(new(root, RootHeat.Of(count, now)));
            else
                Keep(root, RootHeat.Of(count, now));
        }

        _window.Clear();
        await ReportAsync(hot, cancellationToken);
    }

    /// <summary>Sorts out, here and not where reads are counted, what is no root of this silo. Heat that a grain gave back (<see cref="Keep"/>) does not come by here: it is of a root, of whatever silo.</summary>
    private async ValueTask<bool> IsRootAsync(Cid cid, TouchCount count, CancellationToken cancellationToken)
    {
        try
        {
            return await _sink.IsRootAsync(cid, cancellationToken);
        }
        catch (Exception e)
        {
            _instruments.AddTouchesDropped(count.Count);
            LogNotLookedUp(_logger, cid, e);
            return false;
        }
    }

    /// <summary>Reports everything that waits.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        _sweptAt = _time.GetUtcNow();
        if (_cold.Count > 0)
            await ReportAsync([.. _cold.TakeAll()], cancellationToken);
    }

    /// <summary>Reports with bounded concurrency; what fails, or is not tried any more, waits for the next sweep.</summary>
    private async Task ReportAsync(List<KeyValuePair<Cid, RootHeat>> roots, CancellationToken cancellationToken)
    {
        var next = -1;
        var failuresInARow = 0;
        var failed = new List<KeyValuePair<Cid, RootHeat>>();
        Exception? failure = null;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(_options.MaxConcurrentReports, roots.Count)).Select(_ => WorkAsync()));

        var reported = Math.Min(next + 1, roots.Count) - failed.Count;
        _instruments.AddTouchReports(reported);
        if (failure is not null)
            LogReportsFailed(_logger, roots.Count - reported, failure);
        foreach (var (root, heat) in failed.Concat(roots.Skip(next + 1)))
            Keep(root, heat);

        async Task WorkAsync()
        {
            while (Volatile.Read(ref failuresInARow) < FailuresThatEndAPass && !cancellationToken.IsCancellationRequested)
            {
                var index = Interlocked.Increment(ref next);
                if (index >= roots.Count)
                    return;
                try
                {
                    using var timeout = new CancellationTokenSource(_options.ReportTimeout, _time);
                    await _sink.TouchAsync(roots[index].Key, roots[index].Value.ToBatch(), timeout.Token)
                        .AsTask().WaitAsync(_options.ReportTimeout, _time, cancellationToken);
                    Volatile.Write(ref failuresInARow, 0);
                }
                catch (Exception e)
                {
                    // Whatever it was, the heat is kept and tried again. A report that did arrive although its answer did not is then counted twice: heat is an estimate.
                    Interlocked.Increment(ref failuresInARow);
                    lock (failed)
                    {
                        failed.Add(roots[index]);
                        failure ??= e;
                    }
                }
            }
        }
    }

    private void CountDrops()
    {
        var dropped = _aggregator.Dropped;
        if (dropped > _reportedDrops)
            _instruments.AddTouchesDropped(dropped - _reportedDrops);
        _reportedDrops = dropped;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The last reads of {Roots} roots were not reported before the silo stopped, and are not counted.")]
    private static partial void LogHeatLost(ILogger logger, int roots);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Whether {Cid} is a root could not be looked up; its reads are not counted.")]
    private static partial void LogNotLookedUp(ILogger logger, Cid cid, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The heat of {Roots} roots could not be reported; it is kept and tried again.")]
    private static partial void LogReportsFailed(ILogger logger, int roots, Exception exception);
}
