using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;

namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>Puts the frames of all streams into the connection's send buffer, in one order, and sends it.</summary>
/// <remarks>
/// <para><b>Writers</b> take a short lock for each frame, write header and bytes to their place in the buffer and seal them there: the order of the seals is the order of the bytes. Nobody waits while holding the lock. A
/// write that finds no room, or no credit, becomes a pending one of its stream, and the flusher goes on with it.</para>
/// <para><b>The flusher</b> is one loop. It swaps the buffers, sends one whole (many frames in one call), and meanwhile fills the other from the pending writes: each stream in turn, in the order in which
/// they began to wait. A new write does not overtake them. A turn is one frame, so that a stream that writes much takes one frame of room for each frame of every other; where a whole buffer is sent in no time it is several, since
/// each turn costs two wakeups.</para>
/// <para><b>Frames without bytes</b> (credit, ends, resets, pings) never wait for those with bytes: some room is kept for them, and what finds none is remembered, per stream in flags that merge, else in a queue whose end
/// fails the connection, since then the other side asks and does not read.</para>
/// </remarks>
internal sealed partial class YamuxSender
{
    /// <summary>Pings, resets of unknown streams and goodbyes that wait for room; and, counted by themselves, resets of streams that this side has ended.</summary>
    public const int MaxQueuedFrames = 1024;

    private readonly Lock _lock = new();
    private readonly ISecureChannel _channel;
    private readonly YamuxOptions _options;
    private readonly Action<Exception> _fail;
    private readonly YamuxOutbox _outbox;
    private readonly YamuxSendBuffer _buffer;
    private readonly YamuxSendDeadline _deadline;
    private bool _isCompleting;

    /// <param name="channel">Where it sends; not owned.</param>
    /// <param name="memory">Where buffers are reserved.</param>
    /// <param name="options">Validated.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="fail">Told when sending takes too long, or too much waits; ends the connection, and with it this.</param>
    public YamuxSender(ISecureChannel channel, IMemoryBudget memory, YamuxOptions options, TimeProvider timeProvider, Action<Exception> fail)
    {
        (_channel, _options, _fail) = (channel, options, fail);
        _outbox = new YamuxOutbox(channel.Sealer, memory, options);
        _buffer = _outbox.Buffer;
        _deadline = new YamuxSendDeadline(timeProvider, options.WriteTimeout, fail);
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

                var appended = _outbox.TryAppend(writer, bytes.Span);
                if (appended > 0)
                {
                    bytes = bytes[appended..];
                    continue;
                }

                writer.Wait(bytes);
                if (writer.Credit > 0)
                    _outbox.EnqueueWrite(writer);
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
                _outbox.EnqueueWrite(writer);
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
            var isRoom = _outbox.TryAppendReset(writer);
            Signal();
            if (isRoom)
                return;
        }

        // The streams are gone, so that no limit of theirs counts these.
        _fail(new ConnectionClosedException($"The other side does not read: {MaxQueuedFrames} resets wait for it."));
    }

    /// <summary>Sends a frame of no stream, or of one that is not known.</summary>
    public void Send(YamuxHeader header) => Send(new ReadOnlySpan<YamuxHeader>(in header));

    /// <inheritdoc cref="Send(YamuxHeader)"/>
    public void Send(ReadOnlySpan<YamuxHeader> headers)
    {
        lock (_lock)
        {
            var isRoom = _outbox.TryAppend(headers);
            Signal();
            if (isRoom)
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
            _outbox.Close();
            Signal();
        }
    }

    private void SendControl(YamuxStreamWriter writer)
    {
        _outbox.AppendControl(writer);
        Signal();
    }
}
