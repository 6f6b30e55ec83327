using System.Diagnostics.Metrics;

namespace IpfsKit.Storage;

/// <summary>The meter <c>IpfsKit.Storage</c>.</summary>
internal sealed class StoreInstruments : IDisposable
{
    public const string MeterName = "IpfsKit.Storage";

    private readonly Meter? _ownMeter;
    private readonly Histogram<double> _groupDuration;
    private readonly Histogram<double> _syncDuration;
    private readonly Histogram<int> _groupRecords;
    private readonly Counter<long> _written;
    private readonly Counter<long> _read;
    private readonly Counter<long> _readBlocks;
    private readonly Counter<long> _damaged;
    private readonly Counter<long> _readsRefused;
    private readonly Counter<long> _compacted;

    public StoreInstruments(IMeterFactory? meterFactory, Func<StoreStatistics> statistics)
    {
        var meter = meterFactory?.Create(MeterName) ?? (_ownMeter = new Meter(MeterName));
        _groupDuration = meter.CreateHistogram<double>("ipfskit.storage.group.duration", "s", "Time to write and sync a group.");
        _syncDuration = meter.CreateHistogram<double>("ipfskit.storage.sync.duration", "s", "Time of the sync of a group.");
        _groupRecords = meter.CreateHistogram<int>("ipfskit.storage.group.size", "{record}", "Records that one sync made durable.");
        _written = meter.CreateCounter<long>("ipfskit.storage.written", "By", "Bytes appended to segments.");
        _read = meter.CreateCounter<long>("ipfskit.storage.read", "By", "Bytes of blocks read.");
        _readBlocks = meter.CreateCounter<long>("ipfskit.storage.reads", "{block}", "Blocks read.");
        _damaged = meter.CreateCounter<long>("ipfskit.storage.damaged", "{block}", "Records found damaged.");
        _readsRefused = meter.CreateCounter<long>("ipfskit.storage.reads.refused", "{read}", "Reads that the disk refused.");
        _compacted = meter.CreateCounter<long>("ipfskit.storage.compaction.freed", "By", "Bytes of files given up by compaction.");
        meter.CreateObservableUpDownCounter("ipfskit.storage.blocks", () => statistics().Blocks, "{block}", "Blocks in the store.");
        meter.CreateObservableUpDownCounter("ipfskit.storage.live", () => statistics().LiveBytes, "By", "Bytes of live records.");
        meter.CreateObservableUpDownCounter("ipfskit.storage.disk", () => statistics().DiskBytes, "By", "Bytes of the store's files.");
        meter.CreateObservableUpDownCounter("ipfskit.storage.index", () => statistics().IndexBytes, "By", "Memory of the index.");
        meter.CreateObservableUpDownCounter("ipfskit.storage.pending", () => statistics().PendingRecords, "{record}", "Records that wait to be durable.");
    }

    public void GroupCommitted(int records, long bytes, TimeSpan duration, TimeSpan sync)
    {
        _groupDuration.Record(duration.TotalSeconds);
        _syncDuration.Record(sync.TotalSeconds);
        _groupRecords.Record(records);
        _written.Add(bytes);
    }

    public void BlockRead(int bytes)
    {
        _readBlocks.Add(1);
        _read.Add(bytes);
    }

    public void Damaged() => _damaged.Add(1);

    public void ReadRefused() => _readsRefused.Add(1);

    public void Compacted(long bytes) => _compacted.Add(bytes);

    public void Dispose() => _ownMeter?.Dispose();
}
