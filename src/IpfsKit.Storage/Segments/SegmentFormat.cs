using System.Buffers.Binary;
using System.IO.Hashing;

namespace IpfsKit.Storage.Segments;

/// <summary>The ends of a segment file: its header and its trailer.</summary>
/// <remarks>
/// <code>
/// header, 64 bytes                                trailer, the last 40 bytes of a sealed segment
///  0  u64  "IPFSKSEG"                              0  u64  "IPFSKEND"
///  8  u32  format version                          8  u64  segment id
/// 12  u32  0                                      16  u64  offset of the footer: the end of the records
/// 16  u64  segment id                             24  u64  number of entries in the footer
/// 24  16   store id                               32  u64  checksum of bytes 0 to 32
/// 40  16   zeros
/// 56  u64  checksum of bytes 0 to 56
/// </code>
/// </remarks>
internal static class SegmentFormat
{
    /// <summary>The version of the format of everything in the directory.</summary>
    public const int Version = 1;

    /// <summary>Where the first record is.</summary>
    public const int HeaderBytes = 64;

    /// <summary>The size of the trailer.</summary>
    public const int TrailerBytes = 40;

    private static ReadOnlySpan<byte> HeaderMagic => "IPFSKSEG"u8;

    private static ReadOnlySpan<byte> TrailerMagic => "IPFSKEND"u8;

    /// <summary>The name of a segment's file.</summary>
    public static string FileName(long id) => $"seg-{id:x8}.dat";

    /// <summary>Whether a name is that of a segment's file.</summary>
    public static bool IsFileName(string name) => name.StartsWith("seg-", StringComparison.Ordinal) && name.EndsWith(".dat", StringComparison.Ordinal);

    public static byte[] Header(long id, Guid storeId)
    {
        var header = new byte[HeaderBytes];
        HeaderMagic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), id);
        storeId.TryWriteBytes(header.AsSpan(24));
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(56), XxHash3.HashToUInt64(header.AsSpan(0, 56)));
        return header;
    }

    /// <summary>Reads a header; false if its checksum does not match.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> header, out int version, out long id, out Guid storeId)
    {
        (version, id, storeId) = (0, 0, default);
        if (header.Length < HeaderBytes || !header.StartsWith(HeaderMagic) || BinaryPrimitives.ReadUInt64LittleEndian(header[56..]) != XxHash3.HashToUInt64(header[..56]))
            return false;
        version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        id = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        storeId = new Guid(header.Slice(24, 16));
        return true;
    }

    public static byte[] Trailer(long id, long footerOffset, long entries)
    {
        var trailer = new byte[TrailerBytes];
        TrailerMagic.CopyTo(trailer);
        BinaryPrimitives.WriteInt64LittleEndian(trailer.AsSpan(8), id);
        BinaryPrimitives.WriteInt64LittleEndian(trailer.AsSpan(16), footerOffset);
        BinaryPrimitives.WriteInt64LittleEndian(trailer.AsSpan(24), entries);
        BinaryPrimitives.WriteUInt64LittleEndian(trailer.AsSpan(32), XxHash3.HashToUInt64(trailer.AsSpan(0, 32)));
        return trailer;
    }

    public static bool TryReadTrailer(ReadOnlySpan<byte> trailer, long id, out long footerOffset)
    {
        footerOffset = 0;
        if (trailer.Length < TrailerBytes || !trailer.StartsWith(TrailerMagic) || BinaryPrimitives.ReadInt64LittleEndian(trailer[8..]) != id
            || BinaryPrimitives.ReadUInt64LittleEndian(trailer[32..]) != XxHash3.HashToUInt64(trailer[..32]))
            return false;
        footerOffset = BinaryPrimitives.ReadInt64LittleEndian(trailer[16..]);
        return true;
    }
}
