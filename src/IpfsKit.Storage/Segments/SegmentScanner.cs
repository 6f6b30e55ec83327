using System.Buffers;
using IpfsKit.Storage.Files;

namespace IpfsKit.Storage.Segments;

/// <summary>Walks the groups of a segment that has no footer, from header to header, without reading payloads.</summary>
/// <remarks>
/// Where a header is damaged, it looks for the next one that is whole; its checksum is seeded with a secret and its place, so neither
/// payloads nor leftovers pass for one. A group counts if its marker is whole: what is damaged before a marker is reported with the
/// directory that the marker holds. What no marker follows was never acknowledged and is left out at the end of the log; where the log went on after it, the marker
/// is damaged, and what headers there are make a last group that is incomplete.
/// <para>What the disk refuses to read is read around in pieces of a sector, as if it were zeros, where that is asked for (<see cref="WasRefused"/> tells); else a header
/// or marker in it ends the walk with the disk's error.</para>
/// </remarks>
/// <param name="segment">The segment.</param>
/// <param name="keys">The seeds.</param>
/// <param name="from">The beginning of a group.</param>
/// <param name="to">Where to end.</param>
/// <param name="isCommitted">Whether everything up to the end is durable, since the log went on after it.</param>
/// <param name="readAround">Whether to go on behind what the disk refuses to read.</param>
internal sealed class SegmentScanner(Segment segment, StoreKeys keys, long from, long to, bool isCommitted, bool readAround)
{
    /// <summary>How many sectors that the disk refuses are read around one by one; what is read together with further ones is given up as a whole.</summary>
    internal const int MaxRefusedSectors = 4096;

    private const int SectorBytes = 512;
    private const int WindowBytes = 64 << 10;
    private const int HopWindowBytes = 4 << 10;
    private const int SearchBytes = 1 << 20;

    private readonly byte[] _window = new byte[WindowBytes];
    private long _windowStart;
    private int _windowLength;
    private long _end = from;
    private IOException? _windowRefused;
    private int _refusedSectors;

    /// <summary>After <see cref="Groups"/>: whether the disk refused to read something, so that records may be there that were not seen.</summary>
    public bool WasRefused => _refusedSectors > 0;

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
                    break;
                continue;
            }

            if (header.Kind == RecordKind.Footer)
                break;
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

        // A torn footer leaves no header of a record, so what is found here was written by a group.
        if (!isCommitted || seen.Count == 0)
            yield break;
        var start = _end;
        _end = position < 0 || position > to ? to & ~7L : position;
        yield return new ScannedGroup(start, _end, _end, 0, seen, IsDamaged: true, IsIncomplete: true);
    }

    /// <summary>Whether there is the header of a record anywhere, whole groups or not.</summary>
    public bool HasRecords() => FindRecord(_end) >= 0;

    private bool TryReadHeader(long position, out RecordHeader header, out DirectoryEntry entry)
    {
        entry = default;
        var bytes = Window(position, RecordHeader.MaxBytes);
        if (!RecordHeader.TryRead(bytes, keys, segment.Id, position, out header) || position + header.RecordBytes > to
            || !RecordReader.TryReadHash(bytes, header, out var hash))
            return IsFatal(_windowRefused);
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
            return Read(payload, position + header.Bytes, out var refused) == length
                && !IsFatal(refused)
                && keys.PayloadChecksum(payload) == header.PayloadChecksum
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
            _windowLength = Read(_window.AsSpan(0, (int)Math.Min(size, to - position)), position, out _windowRefused);
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
                var length = Read(array.AsSpan(0, (int)Math.Min(SearchBytes, to - position)), position, out var refused);
                IsFatal(refused);
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

    private bool IsFatal(IOException? refused) => refused is not null && !readAround ? throw refused : false;

    private int Read(Span<byte> buffer, long position, out IOException? refused)
    {
        refused = null;
        try
        {
            return segment.File.ReadFully(buffer, position);
        }
        catch (IOException exception)
        {
            refused = exception;
            return ReadAround(buffer, position);
        }
    }

    private int ReadAround(Span<byte> buffer, long position)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var piece = buffer.Slice(total, Math.Min(buffer.Length - total, (int)(SectorBytes - ((position + total) % SectorBytes))));
            if (_refusedSectors >= MaxRefusedSectors)
                piece = buffer[total..];
            var read = piece.Length;
            try
            {
                if (_refusedSectors < MaxRefusedSectors)
                    read = segment.File.ReadFully(piece, position + total);
                else
                    piece.Clear();
            }
            catch (IOException)
            {
                // The caller has the error of the first attempt.
                _refusedSectors++;
                piece.Clear();
            }

            total += read;
            if (read < piece.Length)
                break;
        }

        return total;
    }
}
