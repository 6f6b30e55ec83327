namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>Notices that one send takes too long: one timer that is set at most once in a timeout, not for each send. Thread-safe.</summary>
internal sealed class YamuxSendDeadline(TimeProvider timeProvider, TimeSpan timeout, Action<Exception> fail)
{
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private bool _isTimerSet;
    private bool _isSending;
    private bool _isClosed;
    private long _since;

    /// <summary>A send is under way.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _since = timeProvider.GetTimestamp();
            _isSending = true;
            if (_isTimerSet || _isClosed)
                return;
            _isTimerSet = true;
            _timer ??= timeProvider.CreateTimer(static state => ((YamuxSendDeadline)state!).Check(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(timeout, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>It has ended.</summary>
    /// <returns>How long it took.</returns>
    public TimeSpan Stop()
    {
        lock (_lock)
        {
            _isSending = false;
            return timeProvider.GetElapsedTime(_since);
        }
    }

    /// <summary>Tells nobody any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            _timer?.Dispose();
        }
    }

    private void Check()
    {
        lock (_lock)
        {
            _isTimerSet = false;
            if (!_isSending || _isClosed)
                return;
            var left = timeout - timeProvider.GetElapsedTime(_since);
            if (left > TimeSpan.Zero)
            {
                _isTimerSet = true;
                _timer!.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        fail(new ConnectionClosedException($"Nothing could be sent for {timeout.TotalSeconds} s."));
    }
}
