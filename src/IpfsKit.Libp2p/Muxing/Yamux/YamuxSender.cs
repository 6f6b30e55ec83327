using System.Threading.Tasks.Sources;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;

namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>Puts the frames of all streams into the connection's send buffer, in one order, and sends it.</summary>
/// <remarks>
/// <para><b>Writers</b> take a short lock for each frame, write header and bytes to their place in the buffer and seal them there: the order of the seals is the order of the bytes. Nobody waits while holding the lock. A
/// write that finds no room, or no credit, becomes a pending one of its stream, and the flusher goes on with it.</para>
/// <para><b>The flusher</b> is one loop. It swaps the buffers, sends one whole (many frames in one call), and meanwhile fills the other from the pending writes: one frame of each stream in turn, in the order in which
/// they began to wait. A new write does not overtake them. So a stream that writes much takes one frame of room for each frame of every other.</para>
/// <para><b>Frames without bytes</b> (credit, ends, resets, pings) never wait for those with bytes: some room is kept for them, and what finds none is remembered, per stream in flags that merge, else in a queue whose end
/// fails the connection, since then the other side asks and does not read.</para>
/// </remarks>
internal sealed class YamuxSender : IValueTaskSource
{
    /// <summary>Pings, resets of unknown streams and goodbyes that wait for room; and, counted by themselves, resets of streams that this side has ended.</summary>
    public const int MaxQueuedFrames = 1024;

    private const int SlowSends = 8;
    private const int FastSends = 64;

    private readonly Lock _lock = new();
    private readonly ISecureChannel _channel;
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _writeTimeout;
    private readonly Action<Exception> _fail;
    private readonly YamuxSendBuffer _buffer;
    private readonly int _maxBufferBytes;
    private readonly Queue<YamuxHeader> _frames = new();
    private int _waitingResets;
    private YamuxQueue _writes;
    private YamuxQueue _control;
    private ManualResetValueTaskSourceCore<bool> _signal = new() { RunContinuationsAsynchronously = true };
    private bool _isIdle;
    private bool _isCompleting;
    private bool _hasFailed;
    private ITimer? _timer;
    private bool _isTimerSet;
    private long _sendingSince;
    private bool _isSending;

    /// <param name="channel">Where it sends; not owned.</param>
    /// <param name="memory">Where buffers are reserved.</param>
    /// <param name="options">Validated.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="fail">Told when sending takes too long, or too much waits; ends the connection, and with it this.</param>
    public YamuxSender(ISecureChannel channel, IMemoryBudget memory, YamuxOptions options, TimeProvider timeProvider, Action<Exception> fail)
    {
        (_channel, _timeProvider, _writeTimeout, _fail, _maxBufferBytes) = (channel, timeProvider, options.WriteTimeout, fail, options.MaxSendBufferBytes);
        _buffer = new YamuxSendBuffer(channel.Sealer, memory, options.MaxSendBufferBytes);
    }

    /// <summary>Sends until <see cref="Complete"/> was called and everything has been sent, or <see cref="Fail"/> was.</summary>
    /// <exception cref="ConnectionClosedException">The channel has failed.</exception>
    public async Task RunAsync()
    {
        while (true)
        {
            while (ServeOne())
            {
            }

            ArraySegment<byte> frames;
            bool isIdle;
            lock (_lock)
            {
                // What began to wait since the last look: whoever added it saw this loop at work and did not wake it.
                while (_buffer.Filled == 0 && ServeOne())
                {
                }

                if (_buffer.Failure is { } failure)
                {
                    _buffer.ReturnAll();
                    _timer?.Dispose();
                    _hasFailed = true;
                    throw failure;
                }

                if (_hasFailed || (_isCompleting && _buffer.Filled == 0))
                {
                    _buffer.ReturnAll();
                    _timer?.Dispose();
                    _hasFailed = true;
                    return;
                }

                isIdle = _isIdle = _buffer.Filled == 0;
                if (isIdle)
                    _buffer.ReturnAll();
                frames = isIdle ? default : _buffer.Swap();
            }

            if (isIdle)
            {
                await new ValueTask(this, _signal.Version).ConfigureAwait(false);
                continue;
            }

            try
            {
                await SendAsync(frames).ConfigureAwait(false);
            }
            catch
            {
                lock (_lock)
                {
                    _buffer.Lost(frames.Array!);
                    _buffer.ReturnAll();
                    _timer?.Dispose();
                    _hasFailed = true;
                }

                throw;
            }

            lock (_lock)
                _buffer.Sent(frames.Array!);
        }
    }

    /// <summary>Writes all bytes of a stream; completes when they are in the send buffer.</summary>
    public ValueTask WriteAsync(YamuxStreamWriter writer, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        var hasBegun = false;
        while (true)
        {
            // Released after each frame, so that the reader's credit and other streams come in between.
            lock (_lock)
            {
                if (!hasBegun)
                    writer.Begin();
                hasBegun = true;
                if (writer.Failure is { } failure)
                {
                    writer.End();
                    return ValueTask.FromException(failure);
                }

                if (bytes.IsEmpty)
                {
                    writer.End();
                    Signal();
                    return ValueTask.CompletedTask;
                }

                var appended = _writes.First is null ? TryAppend(writer, bytes.Span) : 0;
                if (appended > 0)
                {
                    bytes = bytes[appended..];
                    continue;
                }

                writer.Wait(bytes);
                if (writer.Credit > 0)
                    _writes.EnqueueWrite(writer);
                Signal();
            }

            return writer.AsValueTask(cancellationToken);
        }
    }

    /// <summary>A write that waits is given up.</summary>
    public void CancelWrite(YamuxStreamWriter writer, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (writer.IsWaiting)
                writer.Complete(new OperationCanceledException(cancellationToken));
        }
    }

    /// <summary>Makes the stream known to the other side if it is not: it is about to read.</summary>
    public void Announce(YamuxStreamWriter writer)
    {
        lock (_lock)
        {
            if (!writer.IsAnnounced && writer.Failure is null)
                SendControl(writer);
        }
    }

    /// <summary>Tells the other side that its stream was accepted.</summary>
    public void Acknowledge(YamuxStreamWriter writer)
    {
        lock (_lock)
        {
            if (writer.Failure is not null)
                return;
            writer.IsAckDue = true;
            SendControl(writer);
        }
    }

    /// <summary>Grants credit to the other side.</summary>
    public void Grant(YamuxStreamWriter writer, uint bytes)
    {
        lock (_lock)
        {
            if (writer.Failure is not null)
                return;
            writer.CreditDue += bytes;
            SendControl(writer);
        }
    }

    /// <summary>The other side grants credit.</summary>
    /// <returns>False if it is more than can be.</returns>
    public bool TryAddCredit(YamuxStreamWriter writer, uint bytes)
    {
        lock (_lock)
        {
            if (writer.Credit + bytes > uint.MaxValue)
                return false;
            writer.Credit += bytes;
            if (writer.IsWaiting && writer.Credit > 0)
            {
                _writes.EnqueueWrite(writer);
                Signal();
            }

            return true;
        }
    }

    /// <summary>Ends this side's direction.</summary>
    /// <returns>False if it has ended before.</returns>
    public bool End(YamuxStreamWriter writer)
    {
        lock (_lock)
        {
            if (writer.HasEnded)
                return false;
            if (writer.Failure is { } failure)
                throw failure;
            writer.EndDirection();
            SendControl(writer);
            return true;
        }
    }

    /// <summary>Ends the stream since its connection ends.</summary>
    public void Close(YamuxStreamWriter writer, Exception failure)
    {
        lock (_lock)
            writer.Fail(failure, keepsEnd: true);
    }

    /// <summary>Ends the stream at once, and tells the other side so if it knows the stream and is to be told.</summary>
    public void Reset(YamuxStreamWriter writer, Exception failure, bool tellRemote)
    {
        lock (_lock)
        {
            writer.Fail(failure, keepsEnd: false);
            if (!tellRemote || !writer.IsAnnounced || writer.IsResetDue)
                return;
            writer.IsResetDue = true;
            _waitingResets++;
            SendControl(writer);
            if (_waitingResets <= MaxQueuedFrames)
                return;
        }

        // The streams are gone, so that no limit of theirs counts these.
        _fail(new ConnectionClosedException($"The other side does not read: {MaxQueuedFrames} resets wait for it."));
    }

    /// <summary>Sends a frame of no stream, or of one that is not known.</summary>
    public void Send(YamuxHeader header)
    {
        lock (_lock)
        {
            if (_hasFailed)
                return;
            if (_frames.Count > 0 || !_buffer.TryAppend(header))
                _frames.Enqueue(header);
            Signal();
            if (_frames.Count <= MaxQueuedFrames)
                return;
        }

        _fail(new ConnectionClosedException($"The other side does not read: {MaxQueuedFrames} answers wait for it."));
    }

    /// <summary>Nothing is added any more; <see cref="RunAsync"/> ends once all of it was sent. The streams have been failed before.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isCompleting = true;
            Signal();
        }
    }

    /// <summary>Gives up; the streams have been failed before, and the channel has been aborted.</summary>
    public void Fail()
    {
        lock (_lock)
        {
            _hasFailed = true;
            Signal();
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _signal.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token)
    {
        _signal.GetResult(token);
        _signal.Reset();
    }

    private void Signal()
    {
        if (!_isIdle)
            return;
        _isIdle = false;
        _signal.SetResult(true);
    }

    private void SendControl(YamuxStreamWriter writer)
    {
        if (_hasFailed)
            return;
        if (_control.First is not null || !TryAppendControl(writer))
            _control.EnqueueControl(writer);
        Signal();
    }

    // All that the stream has to say in one frame.
    private bool TryAppendControl(YamuxStreamWriter writer)
    {
        if (writer.IsResetDue)
        {
            if (!_buffer.TryAppend(new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, writer.StreamId, 0)))
                return false;
            writer.IsResetDue = false;
            _waitingResets--;
            return true;
        }

        var isNeeded = !writer.IsAnnounced || writer.IsAckDue || writer.IsFinDue || writer.CreditDue > 0;
        if (!isNeeded || (writer.Failure is not null && !writer.IsFinDue))
            return true;
        var flags = (writer.IsAnnounced ? writer.IsAckDue ? YamuxFlags.Ack : YamuxFlags.None : YamuxFlags.Syn) | (writer.IsFinDue ? YamuxFlags.Fin : YamuxFlags.None);
        if (!_buffer.TryAppend(new YamuxHeader(YamuxFrameType.WindowUpdate, flags, writer.StreamId, writer.CreditDue)))
            return false;
        writer.TakeFlags();
        (writer.IsFinDue, writer.CreditDue) = (false, 0);
        return true;
    }

    private int TryAppend(YamuxStreamWriter writer, ReadOnlySpan<byte> bytes) => _hasFailed ? 0 : _buffer.TryAppend(writer, bytes);

    // One frame of what waits; false if nothing does or there is no room.
    private bool ServeOne()
    {
        lock (_lock)
        {
            if (_hasFailed)
                return false;
            if (_frames.TryPeek(out var header))
            {
                if (!_buffer.TryAppend(header))
                    return false;
                _frames.Dequeue();
                return true;
            }

            if (_control.First is { } control)
            {
                if (!TryAppendControl(control))
                    return false;
                _control.DequeueControl();
                return true;
            }

            if (_writes.First is not { } writer)
                return false;
            // A write that was cancelled, or that used its credit up, leaves the list here.
            var appended = writer.IsWaiting ? TryAppend(writer, writer.Pending.Span) : 0;
            if (appended == 0 && writer.IsWaiting && writer.Credit > 0)
                return false;
            _writes.DequeueWrite();
            if (!writer.IsWaiting)
                return true;
            writer.Pending = writer.Pending[appended..];
            if (writer.Pending.IsEmpty)
                writer.Complete(null);
            else if (writer.Credit > 0)
                _writes.EnqueueWrite(writer);
            return true;
        }
    }

    private async ValueTask SendAsync(ArraySegment<byte> frames)
    {
        var send = _channel.SendAsync(frames, CancellationToken.None);
        if (send.IsCompleted)
        {
            send.GetAwaiter().GetResult();
            return;
        }

        StartTimer();
        while (ServeOne())
        {
        }

        await send.ConfigureAwait(false);
        lock (_lock)
        {
            _isSending = false;
            // Smaller sends where they take long, so that a slow peer is told from one that does not read, and control frames do not wait behind much.
            var elapsed = _timeProvider.GetElapsedTime(_sendingSince);
            if (elapsed > _writeTimeout / SlowSends)
                _buffer.Limit = Math.Max(_buffer.Limit / 2, YamuxSendBuffer.MaxFramePayloadBytes);
            else if (elapsed < _writeTimeout / FastSends)
                _buffer.Limit = Math.Min(_buffer.Limit * 2, _maxBufferBytes);
        }
    }

    // One timer that is set at most once in a timeout, not for each send.
    private void StartTimer()
    {
        lock (_lock)
        {
            _sendingSince = _timeProvider.GetTimestamp();
            _isSending = true;
            if (_isTimerSet || _hasFailed)
                return;
            _isTimerSet = true;
            _timer ??= _timeProvider.CreateTimer(static state => ((YamuxSender)state!).CheckSend(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(_writeTimeout, Timeout.InfiniteTimeSpan);
        }
    }

    private void CheckSend()
    {
        lock (_lock)
        {
            _isTimerSet = false;
            if (!_isSending || _hasFailed)
                return;
            var left = _writeTimeout - _timeProvider.GetElapsedTime(_sendingSince);
            if (left > TimeSpan.Zero)
            {
                _isTimerSet = true;
                _timer!.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        _fail(new ConnectionClosedException($"Nothing could be sent for {_writeTimeout.TotalSeconds} s."));
    }
}
