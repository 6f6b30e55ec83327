using System.Diagnostics.Metrics;

namespace IpfsKit.Bitswap.Network;

/// <summary>What is measured of streams and messages, in the meter <c>IpfsKit.Bitswap</c>; and the totals since the start.</summary>
internal sealed class NetworkInstruments : IDisposable
{
    private static readonly KeyValuePair<string, object?> Received = new("direction", "received");
    private static readonly KeyValuePair<string, object?> Sent = new("direction", "sent");

    private readonly Meter? _ownMeter;
    private readonly Meter _meter;
    private readonly Counter<long> _messages;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _ignored;
    private readonly Counter<long> _reopened;
    private readonly Histogram<double> _sends;
    private long _messagesReceived;
    private long _messagesSent;

    public NetworkInstruments(IMeterFactory? meterFactory = null)
    {
        _meter = meterFactory?.Create("IpfsKit.Bitswap") ?? (_ownMeter = new Meter("IpfsKit.Bitswap"));
        _messages = _meter.CreateCounter<long>("ipfskit.bitswap.messages", "{message}", "Messages.");
        _bytes = _meter.CreateCounter<long>("ipfskit.bitswap.transferred", "By", "Bytes of messages.");
        _failures = _meter.CreateCounter<long>("ipfskit.bitswap.stream.failures", "{stream}", "Streams that failed.");
        _ignored = _meter.CreateCounter<long>("ipfskit.bitswap.ignored", "{part}", "Wants, presences and blocks that were ignored because they name nothing that can be asked for, or were too many.");
        _reopened = _meter.CreateCounter<long>("ipfskit.bitswap.stream.reopened", "{stream}", "Messages that were written again on a new stream, since the other side had ended the one before.");
        _sends = _meter.CreateHistogram<double>("ipfskit.bitswap.send.duration", "s", "From the turn of a message until it was in the connection's buffer.");
    }

    /// <summary>Messages that were received.</summary>
    public long MessagesReceived => Interlocked.Read(ref _messagesReceived);

    /// <summary>Messages that were sent.</summary>
    public long MessagesSent => Interlocked.Read(ref _messagesSent);

    /// <summary>Shows how many peers there are.</summary>
    public void ObservePeers(Func<int> count) => _meter.CreateObservableUpDownCounter("ipfskit.bitswap.peers", count, "{peer}", "Connected peers that speak bitswap.");

    public void OnReceived(int bytes)
    {
        Interlocked.Increment(ref _messagesReceived);
        _messages.Add(1, Received);
        _bytes.Add(bytes, Received);
    }

    public void OnIgnored(long parts) => _ignored.Add(parts);

    public void OnSent(int bytes, TimeSpan duration)
    {
        Interlocked.Increment(ref _messagesSent);
        _messages.Add(1, Sent);
        _bytes.Add(bytes, Sent);
        _sends.Record(duration.TotalSeconds);
    }

    public void OnReopened() => _reopened.Add(1);

    public void OnFailed(StreamFailure failure) => _failures.Add(1, new KeyValuePair<string, object?>("reason", failure switch
    {
        StreamFailure.Idle => "idle",
        StreamFailure.Slow => "slow",
        StreamFailure.Violation => "violation",
        StreamFailure.Memory => "memory",
        StreamFailure.Send => "send",
        _ => "lost",
    }));

    /// <inheritdoc/>
    public void Dispose() => _ownMeter?.Dispose();
}
