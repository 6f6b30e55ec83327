using IpfsKit.Bitswap;
using IpfsKit.Grains.Hosting;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Grains.Exchange;

/// <summary>Tells the connection manager how much each peer exchanges with this silo, so that those who matter least are the first to go when there are too many.</summary>
/// <remarks>An exponentially weighted average of the bytes of both directions for each interval, in KiB: one burst is forgotten in a minute, what flows all the time stays.</remarks>
internal sealed class PeerUsefulness : IAsyncDisposable
{
    /// <summary>The name of the value.</summary>
    public const string Tag = "ipfskit.exchange";

    private const double Weight = 0.3;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly IBitswap _bitswap;
    private readonly ILibp2pHost _host;
    private readonly BackgroundLoop _loop;
    private Dictionary<PeerId, Measure> _measures = [];

    public PeerUsefulness(IBitswap bitswap, ILibp2pHost host, TimeProvider time, ILogger<PeerUsefulness> logger)
    {
        (_bitswap, _host) = (bitswap, host);
        _loop = new BackgroundLoop("The judge of peers", Interval, time, logger);
    }

    /// <summary>Begins.</summary>
    public void Start() => _loop.Start(_ =>
    {
        Measured();
        return Task.CompletedTask;
    });

    /// <summary>Ends.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _loop.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    /// <summary>The average after one more interval.</summary>
    internal static double Next(double average, long bytes) => average + (Weight * (bytes - average));

    /// <summary>Looks at all peers once. Those that have left are forgotten, as their values are.</summary>
    internal void Measured()
    {
        var next = new Dictionary<PeerId, Measure>();
        foreach (var peer in _bitswap.Peers)
        {
            var ledger = _bitswap.GetLedger(peer);
            var total = ledger is null ? 0 : ledger.BytesSent + ledger.BytesReceived;
            var before = _measures.GetValueOrDefault(peer);
            var average = Next(before.Average, Math.Max(0, total - before.Total));
            next[peer] = new Measure(total, average);
            var value = (int)Math.Min(int.MaxValue, average / 1024);
            if (value > 0)
                _host.ConnectionManager.SetTag(peer, Tag, value);
            else
                _host.ConnectionManager.RemoveTag(peer, Tag);
        }

        _measures = next;
    }

    private readonly record struct Measure(long Total, double Average);
}
