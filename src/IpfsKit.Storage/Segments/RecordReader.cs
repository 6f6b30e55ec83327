using System.Buffers;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Files;

namespace IpfsKit.Storage.Segments;

/// <summary>Reads single records of segments for recovery and maintenance, where speed matters less than for blocks.</summary>
internal static class RecordReader
{
    /// <summary>Reads the header at an offset; false if there is none or it is damaged.</summary>
    public static bool TryReadHeader(Segment segment, StoreKeys keys, long offset, out RecordHeader header, out Multihash hash)
    {
        hash = default;
        Span<byte> buffer = stackalloc byte[RecordHeader.MaxBytes];
        var read = segment.File.ReadFully(buffer, offset);
        return RecordHeader.TryRead(buffer[..read], keys, segment.Id, offset, out header) && TryReadHash(buffer, header, out hash);
    }

    /// <summary>The multihash behind a header; <c>default</c> for records that have none.</summary>
    public static bool TryReadHash(ReadOnlySpan<byte> record, in RecordHeader header, out Multihash hash)
    {
        hash = default;
        return header.MultihashLength == 0
            || (Multihash.TryRead(record.Slice(RecordHeader.FixedBytes, header.MultihashLength), out hash, out var read) && read == header.MultihashLength);
    }

    /// <summary>Reads a record whole into a rented array and checks it against a directory's entry; null if it is damaged. The caller returns the array.</summary>
    public static RentedRecord? TryRead(Segment segment, StoreKeys keys, in DirectoryEntry entry)
    {
        var length = entry.RecordBytes;
        var array = ArrayPool<byte>.Shared.Rent(length);
        var record = array.AsSpan(0, length);
        if (entry.PayloadLength >= 0
            && segment.File.ReadFully(record, entry.Offset) == length
            && RecordHeader.TryRead(record, keys, segment.Id, entry.Offset, out var header)
            && header.Kind == entry.Kind && header.PayloadLength == entry.PayloadLength
            && TryReadHash(record, header, out var hash) && hash == entry.Hash
            && keys.PayloadChecksum(record.Slice(header.Bytes, entry.PayloadLength)) == header.PayloadChecksum)
            return new RentedRecord(array, header);
        ArrayPool<byte>.Shared.Return(array);
        return null;
    }

    /// <summary>Whether the record of an entry is whole.</summary>
    public static bool Verify(Segment segment, StoreKeys keys, in DirectoryEntry entry)
    {
        using var record = TryRead(segment, keys, entry);
        return record is not null;
    }
}

/// <summary>A verified record in a rented array.</summary>
internal sealed class RentedRecord(byte[] array, RecordHeader header) : IDisposable
{
    public RecordHeader Header { get; } = header;

    /// <summary>The payload; valid until disposal.</summary>
    public ReadOnlyMemory<byte> Payload => array.AsMemory(Header.Bytes, (int)Header.PayloadLength);

    public void Dispose() => ArrayPool<byte>.Shared.Return(array);
}
