using IpfsKit.Bitswap;
using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Hosting;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Providers;

/// <summary>Gathers how peers behave until it is reported. Silos of the cluster are no providers.</summary>
/// <remarks>Bounded: what a peer does for which there is no place is counted in <see cref="Dropped"/> and nowhere else. One short critical section for each block.</remarks>
internal sealed class ProviderAggregator(Siblings siblings, TimeProvider time, IOptions<IpfsKitOptions> options) : IFetchObserver
{
    private readonly int _capacity = options.Value.Exchange.MaxReportedPeers;
    private readonly Lock _lock = new();
    private Dictionary<PeerId, Tally> _tallies = [];
    private long _dropped;

    /// <summary>Outcomes that found no place, ever.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <inheritdoc/>
    public void Delivered(PeerId peer, int bytes, TimeSpan latency)
    {
        if (siblings.Contains(peer))
            return;
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (Find(peer) is not { } tally)
                return;
            if (tally.Successes++ == 0)
                tally.First = now - latency;
            tally.Bytes += bytes;
            tally.Latency += latency;
            tally.Last = now;
            tally.LastDelivery = now;
            tally.EndedInFailure = false;
        }
    }

    /// <inheritdoc/>
    public void Failed(PeerId peer, PeerFailure failure)
    {
        if (siblings.Contains(peer))
            return;
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (Find(peer) is not { } tally)
                return;
            tally.Failures++;
            tally.Last = now;
            tally.EndedInFailure = true;
        }
    }

    /// <summary>Takes what has been gathered.</summary>
    public IReadOnlyList<(PeerId Peer, ProviderReport Report)> Drain()
    {
        Dictionary<PeerId, Tally> drained;
        lock (_lock)
        {
            if (_tallies.Count == 0)
                return [];
            drained = _tallies;
            _tallies = [];
        }

        return [.. drained.Select(entry => (entry.Key, entry.Value.ToReport()))];
    }

    private Tally? Find(PeerId peer)
    {
        if (_tallies.TryGetValue(peer, out var tally))
            return tally;
        if (_tallies.Count >= _capacity)
        {
            _dropped++;
            return null;
        }

        return _tallies[peer] = new Tally();
    }

    private sealed class Tally
    {
        public long Successes;
        public long Failures;
        public long Bytes;
        public TimeSpan Latency;
        public DateTimeOffset First;
        public DateTimeOffset LastDelivery;
        public DateTimeOffset Last;
        public bool EndedInFailure;

        public ProviderReport ToReport() => new()
        {
            Successes = Successes,
            Failures = Failures,
            Bytes = Bytes,
            Latency = Successes == 0 ? TimeSpan.Zero : Latency / Successes,
            Busy = Successes == 0 ? TimeSpan.Zero : LastDelivery - First,
            EndedInFailure = EndedInFailure,
            At = Last,
        };
    }
}
