using System.Diagnostics.Metrics;
using IpfsKit.Storage;

namespace IpfsKit.Grains.Hosting;

/// <summary>The metrics of a node, under the meter <c>IpfsKit.Node</c>. The table of them is <c>docs/metrics.md</c>.</summary>
internal sealed class NodeInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "IpfsKit.Node";

    private readonly Counter<long> _touchReports;
    private readonly Counter<long> _touchesDropped;
    private readonly Counter<long> _reconciled;
    private readonly Counter<long> _collectedBlocks;
    private readonly Counter<long> _collectedBytes;
    private readonly Counter<long> _repaired;
    private readonly UpDownCounter<long> _lost;
    private readonly Counter<long> _misses;
    private readonly Counter<long> _retrieved;
    private readonly Histogram<double> _retrieveTime;

    public NodeInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _touchReports = meter.CreateCounter<long>("ipfskit.heat.reports", "{report}", "Reports of reads to content grains.");
        _touchesDropped = meter.CreateCounter<long>("ipfskit.heat.dropped", "{read}", "Reads that were not counted because a bound was reached.");
        _reconciled = meter.CreateCounter<long>("ipfskit.catalog.reconciled", "{root}", "Roots of the catalog compared with their content grains, by outcome.");
        _collectedBlocks = meter.CreateCounter<long>("ipfskit.store.collected.blocks", "{block}", "Blocks freed because no root reaches them.");
        _repaired = meter.CreateCounter<long>("ipfskit.store.repaired", "{block}", "Blocks that were damaged or missing and have been fetched from others.");
        _lost = meter.CreateUpDownCounter<long>("ipfskit.store.lost", "{block}", "Blocks that are damaged or missing here and that nobody who was asked has.");
        _misses = meter.CreateCounter<long>("ipfskit.exchange.misses", "{read}", "Reads and fetches of content that was not all here, by outcome.");
        _retrieved = meter.CreateCounter<long>("ipfskit.exchange.retrieved", "By", "Bytes of blocks that came from others, by source.");
        _retrieveTime = meter.CreateHistogram<double>("ipfskit.exchange.retrieve.duration", "s", "Time from the first block that was missing to the last that came.");
        _collectedBytes = meter.CreateCounter<long>("ipfskit.store.collected", "By", "Bytes of the records of those blocks.");
    }

    public void AddTouchReports(long count) => _touchReports.Add(count);

    public void AddTouchesDropped(long count) => _touchesDropped.Add(count);

    /// <param name="outcome"><c>unchanged</c>, <c>corrected</c> or <c>dropped</c>.</param>
    public void AddReconciled(string outcome) => _reconciled.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void AddMiss(bool wasHandled, TimeSpan time)
    {
        _misses.Add(1, new KeyValuePair<string, object?>("outcome", wasHandled ? "handled" : "failed"));
        if (wasHandled)
            _retrieveTime.Record(time.TotalSeconds);
    }

    public void AddRetrieved(int bytes, bool isSibling) => _retrieved.Add(bytes, new KeyValuePair<string, object?>("source", isSibling ? "cluster" : "peers"));

    public void AddRepaired() => _repaired.Add(1);

    public void AddLost(int blocks) => _lost.Add(blocks);

    public void AddCollected(SweepResult swept)
    {
        _collectedBlocks.Add(swept.Blocks);
        _collectedBytes.Add(swept.Bytes);
    }
}
