namespace IpfsKit.Bitswap.Messages;

/// <summary>Ends the reading of a stream when its other side is idle or slow for too long. Time in which this side does not read does not count. For one reader.</summary>
internal sealed class ReadDeadline : IDisposable
{
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _idleTimeout;
    private readonly CancellationToken _outer;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;
    private long _started;
    private TimeSpan _left;

    /// <param name="idleTimeout">How long nothing may come between two messages.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="outer">Ends the reading, too.</param>
    public ReadDeadline(TimeSpan idleTimeout, TimeProvider timeProvider, CancellationToken outer)
    {
        (_idleTimeout, _timeProvider, _outer) = (idleTimeout, timeProvider, outer);
        _source = new CancellationTokenSource(idleTimeout, timeProvider);
        _registration = outer.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    /// <summary>For reads.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>For everything else that is done for the stream.</summary>
    public CancellationToken Outer => _outer;

    /// <summary>Whether the time is over.</summary>
    public bool IsOver => _source.IsCancellationRequested && !_outer.IsCancellationRequested;

    /// <summary>A message is awaited.</summary>
    public void AwaitMessage() => _source.CancelAfter(_idleTimeout);

    /// <summary>A message has begun.</summary>
    public void Begin(long bytes)
    {
        _left = TransferTimeout.Of(bytes);
        Resume();
    }

    /// <summary>This side does not read for a while.</summary>
    public void Pause()
    {
        _left -= _timeProvider.GetElapsedTime(_started);
        _source.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    /// <summary>Lets time pass, paused or not.</summary>
    public Task DelayAsync(TimeSpan time) => Task.Delay(time, _timeProvider, _outer);

    /// <summary>It reads again.</summary>
    public void Resume()
    {
        _started = _timeProvider.GetTimestamp();
        _source.CancelAfter(_left > TimeSpan.Zero ? _left : TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
