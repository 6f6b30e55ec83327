using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace IpfsKit.Bitswap.Client;

/// <summary>What the client shows of itself: the meter and the activity source <c>IpfsKit.Bitswap</c>, and the totals since the start.</summary>
internal sealed class ClientInstruments : IDisposable
{
    /// <summary>The name of both.</summary>
    public const string Name = "IpfsKit.Bitswap";

    private static readonly KeyValuePair<string, object?> Wanted = new("outcome", "wanted");
    private static readonly KeyValuePair<string, object?> Duplicate = new("outcome", "duplicate");
    private static readonly KeyValuePair<string, object?> Unwanted = new("outcome", "unwanted");

    private readonly Meter? _ownMeter;
    private readonly Counter<long> _blocks;
    private readonly Counter<long> _bytes;
    private readonly Histogram<double> _fetches;
    private readonly Counter<long> _failures;
    private readonly UpDownCounter<long> _sessions;
    private long _blocksReceived;
    private long _bytesReceived;
    private long _duplicateBlocks;
    private long _duplicateBytes;
    private long _unwantedBlocks;

    public ClientInstruments(IMeterFactory? meterFactory = null)
    {
        var meter = meterFactory?.Create(Name) ?? (_ownMeter = new Meter(Name));
        _blocks = meter.CreateCounter<long>("ipfskit.bitswap.client.block.received", "{block}", "Blocks that came from peers.");
        _bytes = meter.CreateCounter<long>("ipfskit.bitswap.client.received", "By", "Their bytes.");
        _fetches = meter.CreateHistogram<double>("ipfskit.bitswap.client.fetch.duration", "s", "From the want of a block until it was here.");
        _failures = meter.CreateCounter<long>("ipfskit.bitswap.client.peer.failures", "{failure}", "Failures of peers.");
        _sessions = meter.CreateUpDownCounter<long>("ipfskit.bitswap.client.sessions", "{session}", "Open sessions.");
    }

    /// <summary>Spans of sessions. Shared by all clients of the process, as activity sources are.</summary>
    public static ActivitySource Activities { get; } = new(Name);

    /// <summary>Blocks that came, all of them.</summary>
    public long BlocksReceived => Interlocked.Read(ref _blocksReceived);

    /// <summary>Their bytes.</summary>
    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    /// <summary>Blocks that came once more.</summary>
    public long DuplicateBlocks => Interlocked.Read(ref _duplicateBlocks);

    /// <summary>Their bytes.</summary>
    public long DuplicateBytes => Interlocked.Read(ref _duplicateBytes);

    /// <summary>Blocks that nobody had asked for.</summary>
    public long UnwantedBlocks => Interlocked.Read(ref _unwantedBlocks);

    /// <summary>A block came that was waited for.</summary>
    public void OnWanted(int bytes, double seconds)
    {
        Count(Wanted, bytes);
        _fetches.Record(seconds);
    }

    /// <summary>A block came once more.</summary>
    public void OnDuplicate(int bytes)
    {
        Count(Duplicate, bytes);
        Interlocked.Increment(ref _duplicateBlocks);
        Interlocked.Add(ref _duplicateBytes, bytes);
    }

    /// <summary>A block came that nobody had asked for.</summary>
    public void OnUnwanted(int bytes)
    {
        Count(Unwanted, bytes);
        Interlocked.Increment(ref _unwantedBlocks);
    }

    /// <summary>A peer failed.</summary>
    public void OnFailure(PeerFailure failure) => _failures.Add(1, new KeyValuePair<string, object?>("failure", NameOf(failure)));

    /// <summary>A session began (+1) or ended (-1).</summary>
    public void OnSession(int change) => _sessions.Add(change);

    /// <inheritdoc/>
    public void Dispose() => _ownMeter?.Dispose();

    private static string NameOf(PeerFailure failure) => failure switch
    {
        PeerFailure.Timeout => "timeout",
        PeerFailure.Unreachable => "unreachable",
        PeerFailure.Disconnected => "disconnected",
        PeerFailure.BrokenPromise => "broken_promise",
        PeerFailure.UnwantedBlock => "unwanted_block",
        _ => "protocol_violation",
    };

    private void Count(KeyValuePair<string, object?> outcome, int bytes)
    {
        Interlocked.Increment(ref _blocksReceived);
        Interlocked.Add(ref _bytesReceived, bytes);
        _blocks.Add(1, outcome);
        _bytes.Add(bytes, outcome);
    }
}
