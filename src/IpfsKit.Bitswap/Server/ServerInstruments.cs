using System.Diagnostics.Metrics;

namespace IpfsKit.Bitswap.Server;

/// <summary>What is measured of serving, in the meter <c>IpfsKit.Bitswap</c>.</summary>
internal sealed class ServerInstruments : IDisposable
{
    private readonly Meter? _ownMeter;
    private readonly Meter _meter;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _blocks;
    private readonly Counter<long> _answers;
    private readonly Counter<long> _ignored;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _waits;

    public ServerInstruments(IMeterFactory? meterFactory = null)
    {
        _meter = meterFactory?.Create("IpfsKit.Bitswap") ?? (_ownMeter = new Meter("IpfsKit.Bitswap"));
        _bytes = _meter.CreateCounter<long>("ipfskit.bitswap.server.sent", "By", "Bytes of blocks that were sent.");
        _blocks = _meter.CreateCounter<long>("ipfskit.bitswap.server.blocks", "{block}", "Blocks that were sent.");
        _answers = _meter.CreateCounter<long>("ipfskit.bitswap.server.presences", "{presence}", "HAVE and DONT_HAVE that were sent.");
        _ignored = _meter.CreateCounter<long>("ipfskit.bitswap.server.ignored", "{want}", "Wants that were not taken.");
        _failures = _meter.CreateCounter<long>("ipfskit.bitswap.server.failures", "{message}", "Messages that could not be sent.");
        _waits = _meter.CreateHistogram<double>("ipfskit.bitswap.server.wait.duration", "s", "From a want until its block was in the connection's buffer; for what came later, until it came and was.");
    }

    /// <summary>Shows how many wants there are, and how many bytes are under way.</summary>
    public void Observe(Func<long> wants, Func<long> outstandingBytes)
    {
        _meter.CreateObservableUpDownCounter("ipfskit.bitswap.server.wants", wants, "{want}", "What peers want.");
        _meter.CreateObservableUpDownCounter("ipfskit.bitswap.server.outstanding", outstandingBytes, "By", "Bytes of blocks that are on their way to a connection's buffer.");
    }

    /// <summary>Blocks of one message were sent.</summary>
    public void Sent(ServiceClass serviceClass, int blocks, long bytes)
    {
        var tag = new KeyValuePair<string, object?>("class", Name(serviceClass));
        _blocks.Add(blocks, tag);
        _bytes.Add(bytes, tag);
    }

    /// <summary>A block was sent.</summary>
    public void Waited(ServiceClass serviceClass, TimeSpan time) => _waits.Record(time.TotalSeconds, new KeyValuePair<string, object?>("class", Name(serviceClass)));

    /// <summary>Presences of one message were sent.</summary>
    public void Told(int haves, int dontHaves)
    {
        if (haves > 0)
            _answers.Add(haves, new KeyValuePair<string, object?>("answer", "have"));
        if (dontHaves > 0)
            _answers.Add(dontHaves, new KeyValuePair<string, object?>("answer", "dont_have"));
    }

    /// <summary>A message could not be sent.</summary>
    public void Failed(string reason) => _failures.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Wants of one message were not taken.</summary>
    public void Ignored(in IgnoredWants ignored)
    {
        Count(ignored.Identities, "identity");
        Count(ignored.TooLong, "too_long");
        Count(ignored.Overflowed, "overflow");
        Count(ignored.Evicted, "evicted");
        Count(ignored.Strangers, "stranger");

        void Count(int wants, string reason)
        {
            if (wants > 0)
                _ignored.Add(wants, new KeyValuePair<string, object?>("reason", reason));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ownMeter?.Dispose();

    private static string Name(ServiceClass serviceClass) => serviceClass switch
    {
        ServiceClass.Cluster => "cluster",
        ServiceClass.Pinned => "pinned",
        _ => "everyone",
    };
}
