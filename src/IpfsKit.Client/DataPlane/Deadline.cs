namespace IpfsKit.Client.DataPlane;

/// <summary>A token that fires when its caller gives up or when a time passes that can be started, stopped and started again.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly TimeSpan _duration;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;
    private volatile bool _isPast;

    public Deadline(TimeSpan duration, TimeProvider time, CancellationToken caller)
    {
        _duration = duration;
        _caller = caller;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        _timer = time.CreateTimer(static state => ((Deadline)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Whether an exception is the work of this deadline and not of the caller.</summary>
    public bool IsPast(Exception exception) =>
        _isPast && !_caller.IsCancellationRequested && (exception is OperationCanceledException || exception.InnerException is OperationCanceledException);

    public void Start() => Start(_duration);

    public void Start(TimeSpan duration) => _timer.Change(duration, Timeout.InfiniteTimeSpan);

    public void Stop() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }

    private void Fire()
    {
        _isPast = true;
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The timer was already on its way when the work ended.
        }
    }
}
