namespace IpfsKit.Libp2p.Hosting;

/// <summary>A token that is cancelled after a time, and whenever one of two others is.</summary>
internal sealed class DeadlineSource : IDisposable
{
    private readonly CancellationTokenSource _time;
    private readonly CancellationTokenSource _linked;

    public DeadlineSource(TimeSpan timeout, TimeProvider timeProvider, CancellationToken first, CancellationToken second = default)
    {
        _time = new CancellationTokenSource(timeout, timeProvider);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_time.Token, first, second);
    }

    /// <summary>The token.</summary>
    public CancellationToken Token => _linked.Token;

    /// <summary>Whether the time is over.</summary>
    public bool IsOver => _time.IsCancellationRequested;

    /// <inheritdoc/>
    public void Dispose()
    {
        _linked.Dispose();
        _time.Dispose();
    }
}
