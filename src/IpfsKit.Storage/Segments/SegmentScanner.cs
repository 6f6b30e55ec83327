using System.Buffers;
using IpfsKit.Storage.Files;

namespace IpfsKit.Storage.Segments;

/// <summary>Walks the groups of a segment that has no footer, from header to header, without reading payloads.</summary>
/// <remarks>
/// Where a header is damaged, it looks for the next one that is whole; its checksum is seeded with a secret and its place, so neither
/// payloads nor leftovers pass for one. A group counts if its marker is whole: what is damaged before a marker is reported with the
/// directory that the marker holds; what no marker follows was never acknowledged and is left out.
/// </remarks>
internal sealed class SegmentScanner(Segment segment, StoreKeys keys, long from, long to)
{
    private const int WindowBytes = 64 << 10;
    private const int HopWindowBytes = 4 << 10;
    private const int SearchBytes = 1 << 20;

    private readonly byte[] _window = new byte[WindowBytes];
    private long _windowStart;
    private int _windowLength;
    private long _end = from;

    /// <summary>After <see cref="Groups"/>: the end of the last group, where the next one may be written.</summary>
    public long End => _end;

    /// <summary>The groups in order.</summary>
    public IEnumerable<ScannedGroup> Groups()
    {
        var position = _end;
        var isDamaged = false;
        var seen = new List<DirectoryEntry>();
        while (position + RecordHeader.FixedBytes <= to)
        {
            if (!TryReadHeader(position, out var header, out var entry))
            {
                isDamaged = true;
                position = FindRecord(position + 8);
                if (position < 0)
                    yield break;
                continue;
            }

            if (header.Kind == RecordKind.Footer)
                yield break;
            var next = position + header.RecordBytes;
            if (header.Kind != RecordKind.Marker)
            {
                seen.Add(entry);
            }
            else if (ReadMarker(position, header) is { } marker && marker.GroupStart <= position)
            {
                // The marker of the group before this one is lost: what headers were seen of it is all that is known.
                if (marker.GroupStart > _end)
                {
                    DirectoryEntry[] known = [.. seen.Where(record => record.Offset < marker.GroupStart)];
                    yield return new ScannedGroup(_end, marker.GroupStart, marker.GroupStart, marker.Sequence - 1, known, IsDamaged: true, IsIncomplete: true);
                }

                yield return new ScannedGroup(marker.GroupStart, position, next, marker.Sequence, marker.Entries, isDamaged, IsIncomplete: false);
                _end = next;
                isDamaged = false;
                seen.Clear();
            }
            else
            {
                isDamaged = true;
            }

            position = next;
        }
    }

    private bool TryReadHeader(long position, out RecordHeader header, out DirectoryEntry entry)
    {
        entry = default;
        var bytes = Window(position, RecordHeader.MaxBytes);
        if (!RecordHeader.TryRead(bytes, keys, segment.Id, position, out header) || position + header.RecordBytes > to
            || !RecordReader.TryReadHash(bytes, header, out var hash))
            return false;
        entry = new DirectoryEntry(header.Kind, position, (int)header.PayloadLength, hash);
        return true;
    }

    private GroupMarker? ReadMarker(long position, in RecordHeader header)
    {
        if (header.PayloadLength > GroupMarker.MaxPayloadBytes)
            return null;
        var length = (int)header.PayloadLength;
        var array = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var payload = array.AsSpan(0, length);
            return segment.File.ReadFully(payload, position + header.Bytes) == length && keys.PayloadChecksum(payload) == header.PayloadChecksum
                && GroupMarker.TryRead(payload, out var marker)
                ? marker
                : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    // Small records are read many at a time; after a large one, no more than its header is.
    private ReadOnlySpan<byte> Window(long position, int length)
    {
        var wanted = (int)Math.Min(length, to - position);
        if (position < _windowStart || position + wanted > _windowStart + _windowLength)
        {
            var size = position < _windowStart + _windowLength + WindowBytes ? WindowBytes : HopWindowBytes;
            _windowStart = position;
            _windowLength = segment.File.ReadFully(_window.AsSpan(0, (int)Math.Min(size, to - position)), position);
        }

        var start = (int)(position - _windowStart);
        return _window.AsSpan(start, Math.Max(0, Math.Min(wanted, _windowLength - start)));
    }

    private long FindRecord(long position)
    {
        var array = ArrayPool<byte>.Shared.Rent(SearchBytes);
        try
        {
            while (position + RecordHeader.FixedBytes <= to)
            {
                var length = segment.File.ReadFully(array.AsSpan(0, (int)Math.Min(SearchBytes, to - position)), position);
                var bytes = array.AsSpan(0, length);
                var last = position + length == to || length < SearchBytes;
                var end = last ? length - RecordHeader.FixedBytes : length - RecordHeader.MaxBytes;
                for (var i = 0; i <= end; i += 8)
                {
                    if (RecordHeader.TryRead(bytes[i..], keys, segment.Id, position + i, out _))
                        return position + i;
                }

                if (last)
                    return -1;
                position += RecordHeader.Align(end + 1);
            }

            return -1;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }
}
