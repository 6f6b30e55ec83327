using System.Diagnostics.Metrics;

namespace IpfsKit.Storage.Sqlite;

/// <summary>What the writers of SQLite files measure; the tag <c>file</c> says which.</summary>
internal sealed class SqliteInstruments : IDisposable
{
    private readonly Meter? _ownMeter;
    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _size;
    private readonly Counter<long> _failures;

    public SqliteInstruments(IMeterFactory? meterFactory, string meterName)
    {
        _meter = meterFactory?.Create(meterName) ?? (_ownMeter = new Meter(meterName));
        _duration = _meter.CreateHistogram<double>("ipfskit.sqlite.commit.duration", "s", "Time from the beginning of a transaction until it is durable.");
        _size = _meter.CreateHistogram<int>("ipfskit.sqlite.commit.size", "{write}", "Writes that one transaction made durable.");
        _failures = _meter.CreateCounter<long>("ipfskit.sqlite.failures", "{transaction}", "Transactions and checkpoints that failed.");
    }

    /// <summary>Shows the length of a queue.</summary>
    public void ObserveQueue(string file, Func<int> length) =>
        _meter.CreateObservableUpDownCounter(
            "ipfskit.sqlite.queue", () => new Measurement<int>(length(), new KeyValuePair<string, object?>("file", file)), "{write}", "Writes that wait for a transaction.");

    public void GroupCommitted(string file, int writes, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("file", file);
        _duration.Record(duration.TotalSeconds, tag);
        _size.Record(writes, tag);
    }

    public void GroupFailed(string file) => _failures.Add(1, new KeyValuePair<string, object?>("file", file));

    public void Dispose() => _ownMeter?.Dispose();
}
