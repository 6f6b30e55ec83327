using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Connections;

/// <summary>Trims in the background when there are too many connections, not more often than the silence period says.</summary>
internal sealed partial class ConnectionManager(
    ITrimmable connections, WaterMarks marks, TimeSpan silencePeriod, TimeProvider timeProvider, Libp2pInstruments instruments, ILogger<ConnectionManager> logger) : IConnectionManager, IAsyncDisposable
{
    // While all that is too much is new or protected, it is looked at again after this at least.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    private readonly PeerTags _tags = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private Task _trimming = Task.CompletedTask;
    private bool _isTrimming;

    /// <summary>The marks.</summary>
    public WaterMarks Marks => marks;

    /// <summary>Completes when no trimming is under way; for tests.</summary>
    public Task Idle
    {
        get
        {
            lock (_lock)
                return _trimming;
        }
    }

    /// <inheritdoc/>
    public void Protect(PeerId peer, string tag) => _tags.Protect(peer, tag);

    /// <inheritdoc/>
    public bool Unprotect(PeerId peer, string tag) => _tags.Unprotect(peer, tag);

    /// <inheritdoc/>
    public bool IsProtected(PeerId peer, string? tag = null) => _tags.IsProtected(peer, tag);

    /// <inheritdoc/>
    public bool SetTag(PeerId peer, string tag, int value) => _tags.TrySet(peer, tag, value);

    /// <inheritdoc/>
    public void RemoveTag(PeerId peer, string tag) => _tags.Remove(peer, tag);

    /// <inheritdoc/>
    public long GetScore(PeerId peer) => _tags.GetScore(peer);

    /// <summary>A peer has its first connection, or has lost its last.</summary>
    public void OnPeer(PeerId peer, bool isConnected) => _tags.SetConnected(peer, isConnected);

    /// <summary>There is one connection more.</summary>
    public void OnConnection()
    {
        if (connections.ConnectionCount <= marks.High)
            return;
        lock (_lock)
        {
            if (_isTrimming || _stopping.IsCancellationRequested)
                return;
            _isTrimming = true;
            _trimming = TrimUntilFewAsync();
        }
    }

    /// <inheritdoc/>
    public async Task<int> TrimAsync(CancellationToken cancellationToken = default)
    {
        var peers = connections.GetPeers().Select(peer => peer with { Score = _tags.GetScore(peer.Peer), IsProtected = _tags.IsProtected(peer.Peer, null) }).ToArray();
        var chosen = TrimPolicy.Select(peers, marks.Low, timeProvider.GetUtcNow() - marks.Grace);
        // Together: one peer that does not answer the goodbye must not hold up the others.
        // Asked once more for each: protection may have come since the choice was made.
        var counts = await Task.WhenAll(chosen.Where(peer => !_tags.IsProtected(peer, null)).Select(peer => connections.CloseAsync(peer, cancellationToken))).ConfigureAwait(false);
        var closed = counts.Sum();
        if (closed > 0)
        {
            instruments.Trimmed(closed);
            LogTrimmed(logger, closed, connections.ConnectionCount);
        }

        return closed;
    }

    /// <summary>Stops trimming.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Idle.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task TrimUntilFewAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            do
            {
                await TryTrimAsync().ConfigureAwait(false);
                await Task.Delay(silencePeriod > ShortestPause ? silencePeriod : ShortestPause, timeProvider, _stopping.Token).ConfigureAwait(false);
            }
            while (GoesOn());
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host stops, and with it all connections.
        }
    }

    private async Task TryTrimAsync()
    {
        try
        {
            await TrimAsync(_stopping.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Connections go on coming: trimming goes on, too, whatever happened once.
        catch (Exception e) when (e is not OperationCanceledException || !_stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogTrimFailed(logger, e);
        }
    }

    // Under the lock, so that a connection that comes now either is seen here or begins a new round.
    private bool GoesOn()
    {
        lock (_lock)
            return _isTrimming = connections.ConnectionCount > marks.High;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Trimming failed; it is tried again.")]
    private static partial void LogTrimFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Closed} connections were trimmed; {Left} are left.")]
    private static partial void LogTrimmed(ILogger logger, int closed, int left);
}
