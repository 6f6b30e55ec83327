using IpfsKit.Grains.Hosting;
using IpfsKit.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Exchange;

/// <summary>Keeps what was fetched and belongs to no root from the collector for a while, so that what was read or broken off can go on from there.</summary>
/// <remarks>
/// A lease keeps all that came since it was opened, so that of the leases that end in the same minute the oldest does for all: there are never more of them than minutes of
/// <see cref="ExchangeOptions.PartialRetention"/>.
/// </remarks>
internal sealed class PartialContent : IAsyncDisposable
{
    private static readonly TimeSpan Grain = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, KeptLease> _leases = [];
    private readonly TimeSpan _retention;
    private readonly TimeProvider _time;
    private readonly BackgroundLoop _loop;
    private bool _isStopped;

    public PartialContent(IOptions<IpfsKitOptions> options, TimeProvider time, ILogger<PartialContent> logger)
    {
        (_retention, _time) = (options.Value.Exchange.PartialRetention, time);
        _loop = new BackgroundLoop("The keeper of partial content", Grain, time, logger);
    }

    /// <summary>How many leases are held.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _leases.Count;
        }
    }

    /// <summary>Begins to let go of what has been kept for long enough.</summary>
    public void Start() => _loop.Start(_ =>
    {
        Release();
        return Task.CompletedTask;
    });

    /// <summary>Lets go of everything.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _loop.StopAsync(cancellationToken);
        lock (_lock)
        {
            _isStopped = true;
            foreach (var lease in _leases.Values)
                lease.Dispose();
            _leases.Clear();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    /// <summary>Takes a lease over, and holds it, or one that is older, for the retention time.</summary>
    public void Keep(KeptLease lease)
    {
        lock (_lock)
        {
            var until = (_time.GetUtcNow() + _retention).UtcTicks / Grain.Ticks;
            var released = lease;
            if (!_isStopped && _retention > TimeSpan.Zero && (!_leases.TryGetValue(until, out var known) || known.Opened > lease.Opened))
            {
                _leases[until] = lease;
                released = known;
            }

            released?.Dispose();
        }
    }

    private void Release()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow().UtcTicks / Grain.Ticks;
            while (_leases.Count > 0 && _leases.First() is var (until, lease) && until < now)
            {
                _leases.Remove(until);
                lease.Dispose();
            }
        }
    }
}

/// <summary>A lease and when it was opened, as <see cref="System.Diagnostics.Stopwatch"/> counts.</summary>
internal sealed record KeptLease(StoreLease Lease, long Opened) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Lease.Dispose();
}
