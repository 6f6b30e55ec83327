using IpfsKit.Libp2p.Resources;

namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>How streams of the connection begin and end.</summary>
internal sealed partial class YamuxConnection
{
    private int _inbound;

    public ValueTask<IMuxedStream> OpenStreamAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _places.TryTake() ? ValueTask.FromResult<IMuxedStream>(OpenOutbound()) : WaitAndOpenAsync(cancellationToken);
    }

    public async ValueTask<IMuxedStream?> AcceptStreamAsync(CancellationToken cancellationToken)
    {
        while (await _backlog.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            // One that was reset meanwhile has nothing to say, and nobody to say anything to.
            if (!_backlog.Reader.TryRead(out var stream) || stream.IsResetByRemote)
                continue;
            _sender.Acknowledge(stream.Writer);
            return stream;
        }

        return null;
    }

    /// <summary>A stream has ended.</summary>
    public void Remove(YamuxStream stream)
    {
        lock (_lock)
        {
            if (!_streams.Remove(stream.StreamId))
                return;
            if (stream.Direction == ConnectionDirection.Inbound)
                _inbound--;
        }

        Acknowledge(stream);
    }

    private async ValueTask<IMuxedStream> WaitAndOpenAsync(CancellationToken cancellationToken)
    {
        await _places.TakeAsync(cancellationToken).ConfigureAwait(false);
        return OpenOutbound();
    }

    // In a place that has been taken.
    private YamuxStream OpenOutbound()
    {
        YamuxStream stream;
        try
        {
            lock (_lock)
            {
                if (_failure is not null)
                    throw new ConnectionClosedException(_failure.Message, _failure);
                if (_isStopped || _isRemoteLeaving)
                    throw new ConnectionClosedException("The connection is closing.");
                if (_nextId > uint.MaxValue - 2)
                    throw new ConnectionClosedException("The numbers of streams are used up.");
                if (!_memory.TryReserve(YamuxOptions.InitialWindowBytes, MemoryPriority.High))
                    throw new ResourceLimitExceededException("connection", "memory", YamuxOptions.InitialWindowBytes);
                stream = Add(_nextId, ConnectionDirection.Outbound);
                _nextId += 2;
            }
        }
        catch
        {
            _places.GiveBack();
            throw;
        }

        _pinger.MeasureFirst();
        return stream;
    }

    private YamuxStream? OpenInbound(YamuxHeader header)
    {
        if (header.StreamId % 2 != _remoteParity)
            throw new YamuxViolationException($"The other side opened stream {header.StreamId}, a number of this side.");
        // Before anything is made for it.
        if (header.Type == YamuxFrameType.Data && header.Length > YamuxOptions.InitialWindowBytes)
            throw new YamuxViolationException($"Stream {header.StreamId} begins with {header.Length} bytes; {YamuxOptions.InitialWindowBytes} are its window.");
        YamuxStream? stream = null;
        bool isRoom;
        lock (_lock)
        {
            if (_streams.ContainsKey(header.StreamId))
                throw new YamuxViolationException($"Stream {header.StreamId} was opened twice.");
            // Numbers may come out of order: streams are announced when they are used.
            _highestRemoteId = Math.Max(_highestRemoteId, header.StreamId);
            if (_isStopped || (header.Flags & YamuxFlags.Rst) != 0)
                return null;
            isRoom = _inbound < _options.MaxInboundStreams && _backlog.Reader.Count < _options.MaxAcceptBacklog;
            if (isRoom && _memory.TryReserve(YamuxOptions.InitialWindowBytes, MemoryPriority.High))
            {
                stream = Add(header.StreamId, ConnectionDirection.Inbound);
                _inbound++;
            }
        }

        if (stream is null)
        {
            if (!isRoom)
                _refused();
            _refusals.Count("streams that had to be refused");
            _answers.Add(new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, header.StreamId, 0));
            return null;
        }

        // There is room, since only this loop adds to it; false once the connection ends, and the stream has been ended then.
        _backlog.Writer.TryWrite(stream);
        _pinger.MeasureFirst();
        return stream;
    }

    private YamuxStream Add(uint streamId, ConnectionDirection direction)
    {
        var writer = new YamuxStreamWriter(_sender, streamId, direction);
        var reader = new YamuxStreamReader(_sender, writer, _pinger, _memory, _options, _timeProvider);
        var stream = new YamuxStream(this, _sender, writer, reader, direction);
        _streams.Add(streamId, stream);
        return stream;
    }

    private void Acknowledge(YamuxStream stream)
    {
        if (stream.Direction == ConnectionDirection.Outbound && stream.TryAcknowledge())
            _places.GiveBack();
    }
}
