using System.Threading.Tasks.Sources;

namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>The sending half of a stream: what may be sent, what waits to be, and the write that waits. Every member is guarded by the lock of the <see cref="YamuxSender"/>, but for the value task source.</summary>
internal sealed class YamuxStreamWriter(YamuxSender sender, uint streamId, ConnectionDirection direction) : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private WriteState _state;

    private enum WriteState
    {
        Idle,

        /// <summary>A caller is in <see cref="YamuxSender.WriteAsync"/>.</summary>
        Writing,

        /// <summary><see cref="Pending"/> waits for credit or for room.</summary>
        Waiting,

        /// <summary>The awaiter has not seen the result yet.</summary>
        Completed,
    }

    public uint StreamId => streamId;

    /// <summary>What the other side still takes.</summary>
    public long Credit { get; set; } = YamuxOptions.InitialWindowBytes;

    /// <summary>The bytes of the write that waits.</summary>
    public ReadOnlyMemory<byte> Pending { get; set; }

    public bool IsWaiting => _state == WriteState.Waiting;

    /// <summary>Why nothing can be written any more, but for the end of this direction in order.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Whether this direction has ended in order.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether the other side knows the stream.</summary>
    public bool IsAnnounced { get; private set; } = direction == ConnectionDirection.Inbound;

    /// <summary>An inbound stream that was accepted, and whose other side does not know that yet.</summary>
    public bool IsAckDue { get; set; }

    /// <summary>Credit to grant to the other side with the next frame without bytes.</summary>
    public uint CreditDue { get; set; }

    public bool IsFinDue { get; set; }

    public bool IsResetDue { get; set; }

    /// <summary>Whether it is in the sender's list of streams with a write, and behind which one.</summary>
    public bool IsQueued { get; set; }

    public YamuxStreamWriter? NextQueued { get; set; }

    /// <summary>Whether it is in the sender's list of streams with something else to say, and behind which one.</summary>
    public bool IsControlQueued { get; set; }

    public YamuxStreamWriter? NextControl { get; set; }

    /// <summary>The flags that the next frame must carry: the stream's first one opens or acknowledges it.</summary>
    public YamuxFlags TakeFlags()
    {
        if (!IsAnnounced)
        {
            IsAnnounced = true;
            return YamuxFlags.Syn;
        }

        if (!IsAckDue)
            return YamuxFlags.None;
        IsAckDue = false;
        return YamuxFlags.Ack;
    }

    /// <summary>A write begins.</summary>
    /// <exception cref="InvalidOperationException">Another one is under way, or this direction has ended.</exception>
    public void Begin()
    {
        if (_state != WriteState.Idle)
            throw new InvalidOperationException($"A write of stream {streamId} is under way; there is one at a time.");
        if (HasEnded)
            throw new InvalidOperationException($"This side's direction of stream {streamId} has ended.");
        _state = WriteState.Writing;
    }

    /// <summary>The write has ended without waiting.</summary>
    public void End() => _state = WriteState.Idle;

    /// <summary>The rest of the write waits.</summary>
    public void Wait(ReadOnlyMemory<byte> rest)
    {
        Pending = rest;
        _state = WriteState.Waiting;
    }

    /// <summary>The write that waits has ended.</summary>
    public void Complete(Exception? failure)
    {
        Pending = default;
        _state = WriteState.Completed;
        if (failure is null)
            _source.SetResult(true);
        else
            _source.SetException(failure);
    }

    /// <summary>Ends this direction in order.</summary>
    /// <exception cref="InvalidOperationException">A write is under way.</exception>
    public void EndDirection()
    {
        if (_state is WriteState.Writing or WriteState.Waiting)
            throw new InvalidOperationException($"A write of stream {streamId} is under way; it cannot end now.");
        HasEnded = true;
        IsFinDue = true;
    }

    /// <summary>Ends everything; a write that waits fails.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="keepsEnd">An end that has not been sent still is: the connection closes in order.</param>
    public void Fail(Exception failure, bool keepsEnd)
    {
        Failure ??= failure;
        (IsAckDue, IsFinDue, CreditDue) = (false, IsFinDue && keepsEnd, 0);
        if (IsWaiting)
            Complete(failure);
    }

    /// <summary>What the caller of the write that waits gets. Not under the lock: a token that is cancelled already calls back at once.</summary>
    public ValueTask AsValueTask(CancellationToken cancellationToken)
    {
        // Read before the callback can complete it; the version changes in GetResult only.
        var version = _source.Version;
        if (cancellationToken.CanBeCanceled)
            _registration = cancellationToken.UnsafeRegister(static (state, token) => ((YamuxStreamWriter)state!).Cancel(token), this);
        return new ValueTask(this, version);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _source.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token)
    {
        // Waits for a callback under way, so that it cannot cancel the next write.
        _registration.Dispose();
        _registration = default;
        try
        {
            _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            _state = WriteState.Idle;
        }
    }

    private void Cancel(CancellationToken cancellationToken) => sender.CancelWrite(this, cancellationToken);
}
