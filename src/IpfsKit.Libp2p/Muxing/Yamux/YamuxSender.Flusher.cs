using System.Threading.Tasks.Sources;

namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>The loop that sends what has been put into the buffer, and meanwhile fills the other one with what waits.</summary>
internal sealed partial class YamuxSender : IValueTaskSource
{
    private const int SlowSends = 8;
    private const int FastSends = 64;

    /// <summary>As long as whole buffers are sent in so little time, it is processors that the streams share and not a link.</summary>
    private static readonly TimeSpan NoTime = TimeSpan.FromMilliseconds(2);

    /// <summary>Each turn wakes a reader and a writer: of 100 streams, turns of one frame move a fifth less than turns of a whole write of 256 KiB.</summary>
    private const int FramesInFastTurn = 4;

    private ManualResetValueTaskSourceCore<bool> _signal = new() { RunContinuationsAsynchronously = true };
    private bool _isIdle;

    /// <summary>Sends until <see cref="Complete"/> was called and everything has been sent, or <see cref="Fail"/> was.</summary>
    /// <exception cref="ConnectionClosedException">The channel has failed.</exception>
    public async Task RunAsync()
    {
        while (true)
        {
            ServeAll();

            ArraySegment<byte> frames;
            bool isIdle;
            lock (_lock)
            {
                // What began to wait since the last look: whoever added it saw this loop at work and did not wake it.
                while (_buffer.Filled == 0 && _outbox.ServeOne())
                {
                }

                if (_buffer.Failure is { } failure)
                {
                    Stop();
                    throw failure;
                }

                if (_outbox.IsClosed || (_isCompleting && _buffer.Filled == 0))
                {
                    Stop();
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
                    Stop();
                }

                throw;
            }

            lock (_lock)
                _buffer.Sent(frames.Array!);
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

    private void Stop()
    {
        _buffer.ReturnAll();
        _outbox.Close();
        _deadline.Close();
    }

    // The lock is released after each frame, so that others come in between.
    private void ServeAll()
    {
        while (true)
        {
            lock (_lock)
            {
                if (!_outbox.ServeOne())
                    return;
            }
        }
    }

    private async ValueTask SendAsync(ArraySegment<byte> frames)
    {
        var send = _channel.SendAsync(frames, CancellationToken.None);
        if (send.IsCompleted)
        {
            send.GetAwaiter().GetResult();
            lock (_lock)
                _outbox.FramesInTurn = FramesInFastTurn;
            return;
        }

        _deadline.Start();
        ServeAll();
        await send.ConfigureAwait(false);
        var elapsed = _deadline.Stop();
        lock (_lock)
        {
            _outbox.FramesInTurn = elapsed < NoTime ? FramesInFastTurn : 1;
            // Smaller sends where they take long, so that a slow peer is told from one that does not read, and control frames do not wait behind much.
            if (elapsed > _options.WriteTimeout / SlowSends)
                _buffer.Limit = Math.Max(_buffer.Limit / 2, YamuxSendBuffer.MaxFramePayloadBytes);
            else if (elapsed < _options.WriteTimeout / FastSends)
                _buffer.Limit = Math.Min(_buffer.Limit * 2, _options.MaxSendBufferBytes);
        }
    }
}
