using System.Diagnostics.Metrics;
using IpfsKit.Grains.Hosting;

namespace IpfsKit.Grains.DataPlane;

/// <summary>What a request asks for.</summary>
internal enum DataPlaneOperation
{
    /// <summary>Anything else.</summary>
    Other,

    /// <summary>A CAR or a block.</summary>
    Read,

    /// <summary>An upload of bytes.</summary>
    Add,

    /// <summary>An upload of a CAR.</summary>
    Import,
}

/// <summary>How a request ended.</summary>
internal enum DataPlaneOutcome
{
    /// <summary>As it should.</summary>
    Done,

    /// <summary>With an error of the request.</summary>
    Refused,

    /// <summary>Turned away at a limit.</summary>
    Busy,

    /// <summary>The client went away.</summary>
    Aborted,

    /// <summary>With an error of the silo.</summary>
    Failed,
}

/// <summary>The metrics of the data plane, under the meter of the node.</summary>
internal sealed class DataPlaneInstruments
{
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _bytes;

    public DataPlaneInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(NodeInstruments.MeterName);
        _duration = meter.CreateHistogram<double>("ipfskit.dataplane.request.duration", "s", "Requests by operation and outcome.");
        _bytes = meter.CreateCounter<long>("ipfskit.dataplane.transferred", "By", "Bytes of bodies sent (read) and received (add, import).");
    }

    public void AddRequest(DataPlaneOperation operation, DataPlaneOutcome outcome, long bytes, TimeSpan duration)
    {
        var operationTag = new KeyValuePair<string, object?>("operation", Name(operation));
        _duration.Record(duration.TotalSeconds, operationTag, new KeyValuePair<string, object?>("outcome", Name(outcome)));
        if (bytes > 0)
            _bytes.Add(bytes, operationTag);
    }

    // Literals: a tag must not cost an allocation per request.
    private static string Name(DataPlaneOperation operation) => operation switch
    {
        DataPlaneOperation.Read => "read",
        DataPlaneOperation.Add => "add",
        DataPlaneOperation.Import => "import",
        _ => "other",
    };

    private static string Name(DataPlaneOutcome outcome) => outcome switch
    {
        DataPlaneOutcome.Done => "done",
        DataPlaneOutcome.Refused => "refused",
        DataPlaneOutcome.Busy => "busy",
        DataPlaneOutcome.Aborted => "aborted",
        _ => "failed",
    };
}
