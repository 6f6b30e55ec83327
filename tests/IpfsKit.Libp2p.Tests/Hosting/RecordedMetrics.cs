using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using IpfsKit.Libp2p.Hosting;

namespace IpfsKit.Libp2p.Tests.Hosting;

/// <summary>Instruments that nobody else listens to, and what they measured.</summary>
internal sealed class RecordedMetrics : IMeterFactory
{
    private readonly MeterListener _listener;
    private readonly List<Meter> _meters = [];
    private readonly ConcurrentQueue<(string Name, double Value, string Tags)> _measurements = new();

    public RecordedMetrics()
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, this))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
        Instruments = new Libp2pInstruments(this);
    }

    public Libp2pInstruments Instruments { get; }

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(new MeterOptions(options.Name) { Scope = this });
        _meters.Add(meter);
        return meter;
    }

    /// <summary>The tags of what an instrument measured, as <c>a=b,c=d</c> in the order of names.</summary>
    public string[] TagsOf(string instrument) => [.. _measurements.Where(item => item.Name == instrument).Select(item => item.Tags)];

    public void Dispose()
    {
        _listener.Dispose();
        _meters.ForEach(meter => meter.Dispose());
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measurements.Enqueue((instrument.Name, value, string.Join(",", tags.ToArray().OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"))));
}
