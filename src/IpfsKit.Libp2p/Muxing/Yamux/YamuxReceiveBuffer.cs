using System.Buffers;

namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>Bytes of a stream that nobody has read yet, in pooled segments. Not thread-safe; the stream's window bounds it.</summary>
/// <remarks>A segment is filled before another is rented, so that small frames cost at most one segment more than their bytes.</remarks>
internal struct YamuxReceiveBuffer
{
    private const int LeastSegmentBytes = 1024;
    // Larger ones where much waits: the shared pool keeps a few dozen arrays of a size, and 16 MiB in segments of 64 KiB made it allocate a sixth of them anew.
    private const int GreatestSegmentBytes = 256 * 1024;

    // A ring; nothing is held while there is nothing to read, but for the ring itself.
    private Segment[]? _segments;
    private int _first;
    private int _count;

    /// <summary>How many there are.</summary>
    public int Length { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_count == 0 || Last.End == Last.Bytes.Length)
                Rent(Math.Clamp(Math.Max(bytes.Length, Length), LeastSegmentBytes, GreatestSegmentBytes));
            ref var last = ref Last;
            var part = Math.Min(bytes.Length, last.Bytes.Length - last.End);
            bytes[..part].CopyTo(last.Bytes.AsSpan(last.End));
            last.End += part;
            bytes = bytes[part..];
        }
    }

    /// <summary>Takes as many as there are and fit.</summary>
    public int Take(Span<byte> destination)
    {
        var taken = 0;
        while (taken < destination.Length && _count > 0)
        {
            ref var first = ref _segments![_first];
            var part = Math.Min(destination.Length - taken, first.End - first.Start);
            first.Bytes.AsSpan(first.Start, part).CopyTo(destination[taken..]);
            first.Start += part;
            taken += part;
            if (first.Start == first.End)
                Drop();
        }

        Length -= taken;
        return taken;
    }

    public void Clear()
    {
        while (_count > 0)
            Drop();
        Length = 0;
        _segments = null;
    }

    private readonly ref Segment Last => ref _segments![(_first + _count - 1) & (_segments.Length - 1)];

    private void Rent(int bytes)
    {
        _segments ??= new Segment[4];
        if (_count == _segments.Length)
        {
            var more = new Segment[2 * _count];
            for (var i = 0; i < _count; i++)
                more[i] = _segments[(_first + i) & (_count - 1)];
            (_segments, _first) = (more, 0);
        }

        _count++;
        Last = new Segment { Bytes = ArrayPool<byte>.Shared.Rent(bytes) };
    }

    private void Drop()
    {
        ref var first = ref _segments![_first];
        ArrayPool<byte>.Shared.Return(first.Bytes);
        first = default;
        _first = (_first + 1) & (_segments.Length - 1);
        _count--;
    }

    private struct Segment
    {
        public byte[] Bytes;
        public int Start;
        public int End;
    }
}
