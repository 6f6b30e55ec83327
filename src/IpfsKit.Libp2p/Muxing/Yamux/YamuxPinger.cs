namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>Measures the round trip, and notices when the other side is gone.</summary>
/// <remarks>One ping is under way at a time; who asks meanwhile gets its answer. The other side is gone if it says nothing at all for a while after a ping: on a busy connection the answer stands behind much else.</remarks>
internal sealed class YamuxPinger : IDisposable
{
    private readonly Lock _lock = new();
    private readonly YamuxSender _sender;
    private readonly YamuxOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly Action<Exception> _fail;
    private readonly ITimer _timer;
    private TaskCompletionSource<TimeSpan>? _answer;
    private Exception? _failure;
    private uint _value;
    private long _sentAt;
    private long _roundTripTicks;
    private long _received;
    private long _receivedAtPing;
    private bool _isChecking;

    public YamuxPinger(YamuxSender sender, YamuxOptions options, TimeProvider timeProvider, Action<Exception> fail)
    {
        (_sender, _options, _timeProvider, _fail) = (sender, options, timeProvider, fail);
        _timer = timeProvider.CreateTimer(static state => ((YamuxPinger)state!).Tick(), this, options.KeepAliveInterval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The last measured one; zero before the first.</summary>
    public TimeSpan RoundTripTime => new(Volatile.Read(ref _roundTripTicks));

    /// <summary>Measures a round trip.</summary>
    public ValueTask<TimeSpan> PingAsync(CancellationToken cancellationToken)
    {
        var answer = Send(out var isNew);
        if (isNew)
            _sender.Send(new YamuxHeader(YamuxFrameType.Ping, YamuxFlags.Syn, 0, _value));
        return new ValueTask<TimeSpan>(answer.WaitAsync(cancellationToken));
    }

    /// <summary>Measures the first round trip, once there is a stream whose window may grow.</summary>
    public void MeasureFirst()
    {
        if (Volatile.Read(ref _roundTripTicks) != 0)
            return;
        Send(out var isNew);
        if (isNew)
            _sender.Send(new YamuxHeader(YamuxFrameType.Ping, YamuxFlags.Syn, 0, _value));
    }

    /// <summary>Something has come from the other side.</summary>
    public void OnReceived() => Volatile.Write(ref _received, _received + 1);

    /// <summary>An answer to a ping has come; others than the one that is awaited change nothing.</summary>
    public void OnAnswer(uint value)
    {
        TaskCompletionSource<TimeSpan>? answer;
        TimeSpan roundTrip;
        lock (_lock)
        {
            if (_answer is null || value != _value)
                return;
            roundTrip = TimeSpan.FromTicks(Math.Max(1, _timeProvider.GetElapsedTime(_sentAt).Ticks));
            Volatile.Write(ref _roundTripTicks, roundTrip.Ticks);
            (answer, _answer) = (_answer, null);
        }

        answer.TrySetResult(roundTrip);
    }

    /// <summary>The connection has ended.</summary>
    public void Fail(Exception failure)
    {
        TaskCompletionSource<TimeSpan>? answer;
        lock (_lock)
        {
            _failure ??= failure;
            (answer, _answer) = (_answer, null);
        }

        if (answer is null)
            return;
        answer.TrySetException(failure);
        // Nobody may be waiting for it.
        _ = answer.Task.Exception;
    }

    public void Dispose() => _timer.Dispose();

    private Task<TimeSpan> Send(out bool isNew)
    {
        lock (_lock)
        {
            isNew = _answer is null && _failure is null;
            if (_failure is not null)
                return Task.FromException<TimeSpan>(_failure);
            if (isNew)
            {
                _answer = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
                _value++;
                _sentAt = _timeProvider.GetTimestamp();
            }

            return _answer!.Task;
        }
    }

    private void Tick()
    {
        bool isGone;
        lock (_lock)
        {
            if (_failure is not null)
                return;
            isGone = _isChecking && _answer is not null && _received == _receivedAtPing;
            _isChecking = !_isChecking;
        }

        if (isGone)
        {
            _fail(new ConnectionClosedException($"The other side has not answered a ping for {_options.PingTimeout.TotalSeconds} s."));
            return;
        }

        var next = _options.KeepAliveInterval - _options.PingTimeout;
        if (_isChecking)
        {
            _receivedAtPing = Volatile.Read(ref _received);
            Send(out var isNew);
            if (isNew)
                _sender.Send(new YamuxHeader(YamuxFrameType.Ping, YamuxFlags.Syn, 0, _value));
            next = _options.PingTimeout;
        }

        _timer.Change(next, Timeout.InfiniteTimeSpan);
    }
}
