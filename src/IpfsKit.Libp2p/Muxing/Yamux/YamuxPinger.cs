namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>Measures the round trip, and notices when the other side is gone.</summary>
/// <remarks>
/// <para>One ping is under way at a time; who asks meanwhile gets its answer. The other side is gone if it says nothing at all for a while after a ping: on a busy connection the answer stands behind much else.</para>
/// <para>For the same reason windows grow by the shortest of the last few round trips, and there are three at the start: measured were 1.8 ms for the first one on loopback, where code runs for the first time, and 0.1 ms
/// for the next. With the former windows grew to 16 MiB, out of every cache.</para>
/// </remarks>
internal sealed class YamuxPinger : IDisposable
{
    private const int Remembered = 4;
    private const int FirstPings = 3;

    private readonly Lock _lock = new();
    private readonly long[] _last = new long[Remembered];
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
    private bool _hasStreams;
    private int _answers;
    private long _shortestTicks;

    public YamuxPinger(YamuxSender sender, YamuxOptions options, TimeProvider timeProvider, Action<Exception> fail)
    {
        (_sender, _options, _timeProvider, _fail) = (sender, options, timeProvider, fail);
        _timer = timeProvider.CreateTimer(static state => ((YamuxPinger)state!).Tick(), this, options.KeepAliveInterval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The last measured one; zero before the first.</summary>
    public TimeSpan RoundTripTime => new(Volatile.Read(ref _roundTripTicks));

    /// <summary>The shortest of the last few, by which windows grow.</summary>
    public TimeSpan ShortestRoundTrip => new(Volatile.Read(ref _shortestTicks));

    /// <summary>Measures a round trip.</summary>
    public ValueTask<TimeSpan> PingAsync(CancellationToken cancellationToken)
    {
        return new ValueTask<TimeSpan>(Ping().WaitAsync(cancellationToken));
    }

    /// <summary>Measures the first round trip, once there is a stream whose window may grow.</summary>
    public void MeasureFirst()
    {
        lock (_lock)
        {
            if (_hasStreams)
                return;
            _hasStreams = true;
            if (_answers >= FirstPings)
                return;
        }

        Ping();
    }

    /// <summary>Something has come from the other side.</summary>
    public void OnReceived() => Volatile.Write(ref _received, _received + 1);

    /// <summary>An answer to a ping has come; others than the one that is awaited change nothing.</summary>
    public void OnAnswer(uint value)
    {
        TaskCompletionSource<TimeSpan>? answer;
        TimeSpan roundTrip;
        bool isFirst;
        lock (_lock)
        {
            if (_answer is null || value != _value)
                return;
            roundTrip = TimeSpan.FromTicks(Math.Max(1, _timeProvider.GetElapsedTime(_sentAt).Ticks));
            _last[_answers++ % Remembered] = roundTrip.Ticks;
            Volatile.Write(ref _roundTripTicks, roundTrip.Ticks);
            Volatile.Write(ref _shortestTicks, _last.Where(ticks => ticks > 0).Min());
            (answer, _answer) = (_answer, null);
            isFirst = _hasStreams && _answers < FirstPings;
        }

        answer.TrySetResult(roundTrip);
        if (isFirst)
            Ping();
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

    private Task<TimeSpan> Ping()
    {
        TaskCompletionSource<TimeSpan> answer;
        uint value;
        lock (_lock)
        {
            if (_failure is not null)
                return Task.FromException<TimeSpan>(_failure);
            if (_answer is not null)
                return _answer.Task;
            answer = _answer = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
            value = ++_value;
            _sentAt = _timeProvider.GetTimestamp();
        }

        _sender.Send(new YamuxHeader(YamuxFrameType.Ping, YamuxFlags.Syn, 0, value));
        return answer.Task;
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
            Ping();
            next = _options.PingTimeout;
        }

        _timer.Change(next, Timeout.InfiniteTimeSpan);
    }
}
