using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;

namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>The send buffer, and what waits for room in it, in the order in which it is served. Guarded by the lock of the <see cref="YamuxSender"/>.</summary>
internal sealed class YamuxOutbox(IFrameSealer sealer, IMemoryBudget memory, YamuxOptions options)
{
    private readonly Queue<YamuxHeader> _frames = new();
    private int _waitingResets;
    private YamuxQueue _writes;
    private YamuxQueue _control;
    private int _framesOfTurn;

    public YamuxSendBuffer Buffer { get; } = new(sealer, memory, options.MaxSendBufferBytes);

    /// <summary>How many frames the write of one stream puts in before the next stream has its turn.</summary>
    public int FramesInTurn { get; set; } = 1;

    /// <summary>Whether nothing is taken any more.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Takes nothing any more.</summary>
    public void Close() => IsClosed = true;

    /// <summary>Appends a frame of a new write, unless others wait for room: it does not overtake them.</summary>
    /// <returns>How many bytes; 0 if the write must wait.</returns>
    public int TryAppend(YamuxStreamWriter writer, ReadOnlySpan<byte> bytes) => _writes.First is null ? TryAppendNext(writer, bytes) : 0;

    /// <summary>The stream's write waits for room.</summary>
    public void EnqueueWrite(YamuxStreamWriter writer) => _writes.EnqueueWrite(writer);

    /// <summary>Appends what the stream has to say besides bytes, or remembers that it has.</summary>
    public void AppendControl(YamuxStreamWriter writer)
    {
        if (IsClosed)
            return;
        if (_control.First is not null || !TryAppendControl(writer))
            _control.EnqueueControl(writer);
    }

    /// <summary>Appends the stream's reset, or remembers it.</summary>
    /// <returns>False if too many wait.</returns>
    public bool TryAppendReset(YamuxStreamWriter writer)
    {
        writer.IsResetDue = true;
        _waitingResets++;
        AppendControl(writer);
        return _waitingResets <= YamuxSender.MaxQueuedFrames;
    }

    /// <summary>Appends frames of no stream, or of ones that are not known, or remembers those for which there is no room.</summary>
    /// <returns>False if too many wait.</returns>
    public bool TryAppend(ReadOnlySpan<YamuxHeader> headers)
    {
        if (IsClosed)
            return true;
        var appended = _frames.Count == 0 ? Buffer.Append(headers) : 0;
        foreach (var header in headers[appended..])
            _frames.Enqueue(header);
        return _frames.Count <= YamuxSender.MaxQueuedFrames;
    }

    /// <summary>Appends one frame of what waits.</summary>
    /// <returns>False if nothing does, or there is no room.</returns>
    public bool ServeOne()
    {
        if (IsClosed)
            return false;
        if (_frames.TryPeek(out var header))
        {
            if (!Buffer.TryAppend(header))
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

        return _writes.First is { } writer && ServeWrite(writer);
    }

    private bool ServeWrite(YamuxStreamWriter writer)
    {
        // A write that was cancelled, or that used its credit up, leaves the list here.
        var appended = writer.IsWaiting ? TryAppendNext(writer, writer.Pending.Span) : 0;
        if (appended == 0 && writer.IsWaiting && writer.Credit > 0)
            return false;
        if (writer.IsWaiting)
            writer.Pending = writer.Pending[appended..];
        if (!writer.Pending.IsEmpty && writer.Credit > 0 && ++_framesOfTurn < FramesInTurn)
            return true;
        _framesOfTurn = 0;
        _writes.DequeueWrite();
        if (!writer.IsWaiting)
            return true;
        if (writer.Pending.IsEmpty)
            writer.Complete(null);
        else if (writer.Credit > 0)
            _writes.EnqueueWrite(writer);
        return true;
    }

    private int TryAppendNext(YamuxStreamWriter writer, ReadOnlySpan<byte> bytes) => IsClosed ? 0 : Buffer.TryAppend(writer, bytes);

    // All that the stream has to say in one frame.
    private bool TryAppendControl(YamuxStreamWriter writer)
    {
        if (writer.IsResetDue)
        {
            if (!Buffer.TryAppend(new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, writer.StreamId, 0)))
                return false;
            writer.IsResetDue = false;
            _waitingResets--;
            return true;
        }

        var isNeeded = !writer.IsAnnounced || writer.IsAckDue || writer.IsFinDue || writer.CreditDue > 0;
        if (!isNeeded || (writer.Failure is not null && !writer.IsFinDue))
            return true;
        var flags = (writer.IsAnnounced ? writer.IsAckDue ? YamuxFlags.Ack : YamuxFlags.None : YamuxFlags.Syn) | (writer.IsFinDue ? YamuxFlags.Fin : YamuxFlags.None);
        if (!Buffer.TryAppend(new YamuxHeader(YamuxFrameType.WindowUpdate, flags, writer.StreamId, writer.CreditDue)))
            return false;
        writer.TakeFlags();
        (writer.IsFinDue, writer.CreditDue) = (false, 0);
        return true;
    }
}
