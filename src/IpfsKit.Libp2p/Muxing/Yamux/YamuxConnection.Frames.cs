namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>What the frames of the other side do. Called by the reading loop only.</summary>
internal sealed partial class YamuxConnection
{
    /// <summary>Takes the header of a frame.</summary>
    /// <returns>The stream to which the bytes behind it belong; null if they are for nobody.</returns>
    /// <exception cref="YamuxViolationException">It breaks the protocol.</exception>
    public YamuxStream? OnFrame(YamuxHeader header)
    {
        switch (header.Type)
        {
            case YamuxFrameType.Ping:
                OnPing(header);
                return null;
            case YamuxFrameType.GoAway:
                OnGoAway(header.Length);
                return null;
            default:
                return OnStreamFrame(header);
        }
    }

    private void OnPing(YamuxHeader header)
    {
        if (header.Flags == YamuxFlags.Ack)
        {
            _pinger.OnAnswer(header.Length);
            return;
        }

        if (header.Flags != YamuxFlags.Syn)
            throw new YamuxViolationException($"The flags of a ping are {header.Flags}.");
        _pings.Count("pings");
        _answers.Add(new YamuxHeader(YamuxFrameType.Ping, YamuxFlags.Ack, 0, header.Length));
    }

    private void OnGoAway(uint code)
    {
        if ((YamuxGoAwayCode)code != YamuxGoAwayCode.Normal)
            throw new ConnectionClosedException($"The other side gave the connection up: {(Enum.IsDefined((YamuxGoAwayCode)code) ? (YamuxGoAwayCode)code : code)}.");
        lock (_lock)
            _isRemoteLeaving = true;
        _places.Close(new ConnectionClosedException("The connection is closing."));
    }

    private YamuxStream? OnStreamFrame(YamuxHeader header)
    {
        if ((header.Flags & YamuxFlags.Rst) != 0)
            _resets.Count("resets");
        var stream = (header.Flags & YamuxFlags.Syn) != 0 ? OpenInbound(header) : Find(header);
        if (stream is null)
        {
            // Bytes that were on their way when the stream ended are read and dropped; more than a window cannot have been.
            if (header.Type == YamuxFrameType.Data && header.Length > _options.MaxStreamWindowBytes)
                throw new YamuxViolationException($"A frame of {header.Length} bytes came.");
            return null;
        }

        if ((header.Flags & YamuxFlags.Ack) != 0)
            Acknowledge(stream);
        if ((header.Flags & YamuxFlags.Rst) != 0)
        {
            if (!stream.HasReceived && stream.Direction == ConnectionDirection.Inbound)
                _silent.Count("streams that were reset before they had a byte");
            stream.ResetByRemote();
            return null;
        }

        if (header.Type == YamuxFrameType.Data)
        {
            OnData(stream, header);
            return stream;
        }

        if (!_sender.TryAddCredit(stream.Writer, header.Length))
            throw new YamuxViolationException($"The window of stream {header.StreamId} passes 4 GiB.");
        if ((header.Flags & YamuxFlags.Fin) != 0)
            stream.EndByRemote();
        return null;
    }

    private static void OnData(YamuxStream stream, YamuxHeader header)
    {
        stream.HasReceived |= header.Length > 0;
        if (header.Length > 0 && stream.State == YamuxStreamState.RemoteEnded)
            throw new YamuxViolationException($"Bytes of stream {header.StreamId} came behind its end.");
        if (!stream.Reader.TryBeginReceive(header.Length))
            throw new YamuxViolationException($"A frame of {header.Length} bytes passes the window of stream {header.StreamId}.");
    }

    private YamuxStream? Find(YamuxHeader header)
    {
        lock (_lock)
        {
            if (_streams.TryGetValue(header.StreamId, out var stream))
                return stream;
            var wasOpen = header.StreamId % 2 == _remoteParity ? header.StreamId <= _highestRemoteId : header.StreamId < _nextId;
            return wasOpen ? null : throw new YamuxViolationException($"A frame came for stream {header.StreamId}, which was never opened.");
        }
    }
}
