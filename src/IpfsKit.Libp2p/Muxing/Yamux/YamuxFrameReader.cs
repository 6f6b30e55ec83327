namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>Cuts what the channel gives into frames, wherever its segments end, and hands bytes on to their streams. One thread at a time.</summary>
internal sealed class YamuxFrameReader(YamuxConnection connection)
{
    /// <summary>How much may come before reads that have got something are woken.</summary>
    private const int UncorkBytes = 256 * 1024;

    private readonly byte[] _header = new byte[YamuxHeader.Bytes];
    private readonly List<YamuxStreamReader> _corked = [];
    private int _headerBytes;
    private YamuxStream? _stream;
    private uint _bodyLeft;
    private bool _endsWithBody;
    private int _sinceUncorked;

    /// <summary>Reads one segment.</summary>
    /// <exception cref="YamuxViolationException">The other side breaks the protocol.</exception>
    public void Read(ReadOnlySpan<byte> segment)
    {
        _sinceUncorked += segment.Length;
        while (!segment.IsEmpty)
        {
            if (_bodyLeft > 0)
            {
                var part = (int)Math.Min((uint)segment.Length, _bodyLeft);
                ReadBody(segment[..part]);
                segment = segment[part..];
            }
            else if (_headerBytes == 0 && segment.Length >= YamuxHeader.Bytes)
            {
                Begin(YamuxHeader.Read(segment));
                segment = segment[YamuxHeader.Bytes..];
            }
            else
            {
                var part = Math.Min(YamuxHeader.Bytes - _headerBytes, segment.Length);
                segment[..part].CopyTo(_header.AsSpan(_headerBytes));
                segment = segment[part..];
                _headerBytes += part;
                if (_headerBytes < YamuxHeader.Bytes)
                    continue;
                _headerBytes = 0;
                Begin(YamuxHeader.Read(_header));
            }
        }

        if (_sinceUncorked >= UncorkBytes)
            Uncork();
    }

    /// <summary>Wakes the reads that have got something: nothing more comes at once.</summary>
    public void Uncork()
    {
        _sinceUncorked = 0;
        if (_corked.Count == 0)
            return;
        foreach (var reader in _corked)
        {
            reader.IsCorked = false;
            reader.Uncork();
        }

        _corked.Clear();
    }

    private void Begin(YamuxHeader header)
    {
        _stream = connection.OnFrame(header);
        if (header.Type != YamuxFrameType.Data)
            return;
        _bodyLeft = header.Length;
        _endsWithBody = (header.Flags & YamuxFlags.Fin) != 0;
        if (_bodyLeft == 0)
            EndBody();
    }

    private void ReadBody(ReadOnlySpan<byte> part)
    {
        _bodyLeft -= (uint)part.Length;
        if (_stream is not null && _stream.Reader.Receive(part) && !_stream.Reader.IsCorked)
        {
            _stream.Reader.IsCorked = true;
            _corked.Add(_stream.Reader);
        }

        if (_bodyLeft == 0)
            EndBody();
    }

    private void EndBody()
    {
        if (_endsWithBody)
            _stream?.EndByRemote();
        _stream = null;
    }
}
