namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>A stream of a yamux connection. Its life is that of <see cref="YamuxStreamState"/>.</summary>
internal sealed class YamuxStream(YamuxConnection connection, YamuxSender sender, YamuxStreamWriter writer, YamuxStreamReader reader, ConnectionDirection direction) : IMuxedStream
{
    private volatile YamuxStreamState _state;
    private int _isAcknowledged;

    public long Id => writer.StreamId;

    public uint StreamId => writer.StreamId;

    public ConnectionDirection Direction => direction;

    public YamuxStreamState State => _state;

    public YamuxStreamWriter Writer => writer;

    public YamuxStreamReader Reader => reader;

    /// <summary>Whether a byte of it has come. The reading loop's.</summary>
    public bool HasReceived { get; set; }

    /// <summary>Whether the other side has reset it.</summary>
    public bool IsResetByRemote { get; private set; }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The other side cannot answer on a stream of which it does not know.
        if (!writer.IsAnnounced)
            sender.Announce(writer);
        return reader.ReadAsync(buffer, cancellationToken);
    }

    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (!writer.IsAnnounced)
            sender.Announce(writer);
        return reader.WaitToReadAsync(cancellationToken);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => sender.WriteAsync(writer, buffer, cancellationToken);

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        if (sender.End(writer))
            Advance(YamuxStreamEvent.LocalEnd);
        return ValueTask.CompletedTask;
    }

    public void Reset() => Reset(new StreamResetException(byRemote: false), tellRemote: true);

    public ValueTask DisposeAsync()
    {
        Reset();
        // If it has ended in order before, what nobody has read is still there.
        reader.Reset(new ObjectDisposedException(nameof(YamuxStream)));
        return ValueTask.CompletedTask;
    }

    /// <summary>The other side's direction has ended.</summary>
    public void EndByRemote()
    {
        reader.End();
        Advance(YamuxStreamEvent.RemoteEnd);
    }

    /// <summary>The other side has reset it.</summary>
    public void ResetByRemote()
    {
        IsResetByRemote = true;
        Reset(new StreamResetException(byRemote: true), tellRemote: false);
    }

    /// <summary>The connection has ended.</summary>
    public void Close(Exception failure)
    {
        if (!Advance(YamuxStreamEvent.Reset))
            return;
        sender.Close(writer, failure);
        reader.Close(failure);
    }

    /// <summary>The other side has accepted it, or it has ended before.</summary>
    /// <returns>True the first time.</returns>
    public bool TryAcknowledge() => Interlocked.Exchange(ref _isAcknowledged, 1) == 0;

    private void Reset(StreamResetException failure, bool tellRemote)
    {
        if (!Advance(YamuxStreamEvent.Reset))
            return;
        sender.Reset(writer, failure, tellRemote);
        reader.Reset(failure);
    }

    private bool Advance(YamuxStreamEvent happened)
    {
        while (true)
        {
            var state = _state;
            var next = YamuxStreamLifecycle.Next(state, happened);
            if (next == state)
                return false;
            if (Interlocked.CompareExchange(ref _state, next, state) != state)
                continue;
            if (YamuxStreamLifecycle.IsFinal(next))
                connection.Remove(this);
            return true;
        }
    }
}
