using System.Buffers.Binary;
using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Segments;

/// <summary>The header of a record.</summary>
/// <remarks>
/// Little-endian; records begin at multiples of 8 (docs/formats/segment.md):
/// <code>
///  0  u64  checksum of bytes 8 to H, seeded with the segment's id and the record's offset
///  8  u8   kind
///  9  u8   0
/// 10  u16  m, the length of the multihash
/// 12  u32  n, the length of the payload
/// 16  u64  checksum of the payload
/// 24  m    multihash, then zeros to a multiple of 8: H
///  H  n    payload, then zeros to a multiple of 8
/// </code>
/// </remarks>
internal readonly struct RecordHeader
{
    /// <summary>Bytes before the multihash.</summary>
    public const int FixedBytes = 24;

    /// <summary>The longest header.</summary>
    public static readonly int MaxBytes = SizeOf(Multihash.MaxBytes);

    private RecordHeader(RecordKind kind, int multihashLength, uint payloadLength, ulong payloadChecksum)
    {
        Kind = kind;
        MultihashLength = multihashLength;
        PayloadLength = payloadLength;
        PayloadChecksum = payloadChecksum;
    }

    public RecordKind Kind { get; }

    public int MultihashLength { get; }

    public uint PayloadLength { get; }

    public ulong PayloadChecksum { get; }

    /// <summary>H: where the payload begins.</summary>
    public int Bytes => SizeOf(MultihashLength);

    /// <summary>The whole record with its padding.</summary>
    public long RecordBytes => Bytes + Align(PayloadLength);

    /// <summary>The next multiple of 8.</summary>
    public static long Align(long length) => (length + 7) & ~7L;

    /// <summary>The size of a header whose multihash has a length.</summary>
    public static int SizeOf(int multihashLength) => (int)Align(FixedBytes + multihashLength);

    /// <summary>The size of a record.</summary>
    public static long SizeOf(int multihashLength, long payloadLength) => SizeOf(multihashLength) + Align(payloadLength);

    /// <summary>Writes a header and returns its size.</summary>
    public static int Write(
        Span<byte> destination, StoreKeys keys, long segmentId, long offset, RecordKind kind, ReadOnlySpan<byte> multihash, uint payloadLength, ulong payloadChecksum)
    {
        var size = SizeOf(multihash.Length);
        var header = destination[..size];
        header[8] = (byte)kind;
        header[9] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(header[10..], (ushort)multihash.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], payloadLength);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], payloadChecksum);
        multihash.CopyTo(header[FixedBytes..]);
        header[(FixedBytes + multihash.Length)..].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(header, keys.HeaderChecksum(header[8..], segmentId, offset));
        return size;
    }

    /// <summary>Reads a header; false if the bytes are not one that was written at this place.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, StoreKeys keys, long segmentId, long offset, out RecordHeader header)
    {
        header = default;
        if (source.Length < FixedBytes)
            return false;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(source[10..]);
        var size = SizeOf(length);
        if (length > Multihash.MaxBytes || source.Length < size || source[8] is < (byte)RecordKind.Put or > (byte)RecordKind.Footer
            || BinaryPrimitives.ReadUInt64LittleEndian(source) != keys.HeaderChecksum(source[8..size], segmentId, offset))
            return false;
        header = new RecordHeader(
            (RecordKind)source[8], length, BinaryPrimitives.ReadUInt32LittleEndian(source[12..]), BinaryPrimitives.ReadUInt64LittleEndian(source[16..]));
        return true;
    }
}
