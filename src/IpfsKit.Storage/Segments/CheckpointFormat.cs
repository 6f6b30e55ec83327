using System.Buffers.Binary;
using System.IO.Hashing;

namespace IpfsKit.Storage.Segments;

/// <summary>A copy of the index on disk.</summary>
/// <remarks>
/// <code>
/// header                                              one chunk per table, then the end
///  0  u64  "IPFSKCKP"                                  0  u32  number of the table, 0xFFFFFFFF: the end
///  8  u32  format version                              4  u32  number of entries
/// 12  u32  length of the header                        8  u64  checksum of the entries, seeded; at the end, the number of all entries
/// 16  u64  checksum of bytes 24 to the end            16       entries of 16 bytes (<see cref="IndexEntry"/>)
/// 24  u64  number of the manifest
/// 32  16   store id
/// 48  u64  position: segment id
/// 56  u64  position: offset
/// 64  u64  position: number of the last group before it
/// 72  u32  number of segments
/// 76  u32  0
/// 80       per segment: u64 id, u64 slot
/// </code>
/// </remarks>
internal static class CheckpointFormat
{
    public const int FixedBytes = 80;
    public const int ChunkHeaderBytes = 16;
    public const uint End = uint.MaxValue;
    public const int EntryBytes = 16;

    private const string Prefix = "checkpoint-";

    private static ReadOnlySpan<byte> Magic => "IPFSKCKP"u8;

    public static string FileName(long number) => $"{Prefix}{number:d10}";

    public static long? NumberOf(string fileName) =>
        fileName.StartsWith(Prefix, StringComparison.Ordinal) && long.TryParse(fileName.AsSpan(Prefix.Length), out var number) ? number : null;

    public static byte[] Header(ManifestData manifest, in LogPosition position, IReadOnlyList<Segment> segments)
    {
        var header = new byte[FixedBytes + segments.Count * 16];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), SegmentFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), header.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), manifest.Number);
        manifest.StoreId.TryWriteBytes(header.AsSpan(32));
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(48), position.SegmentId);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(56), position.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(64), position.Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(72), segments.Count);
        for (var i = 0; i < segments.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(FixedBytes + 16 * i), segments[i].Id);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(FixedBytes + 16 * i + 8), segments[i].Slot);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(16), XxHash3.HashToUInt64(header.AsSpan(24)));
        return header;
    }

    /// <summary>The length of the whole header, from its first bytes; 0 if they are no header of this version.</summary>
    public static int HeaderLength(ReadOnlySpan<byte> start) =>
        start.Length >= FixedBytes && start.StartsWith(Magic) && BinaryPrimitives.ReadInt32LittleEndian(start[8..]) == SegmentFormat.Version
            ? Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(start[12..]))
            : 0;

    public static bool TryReadHeader(ReadOnlySpan<byte> header, Guid storeId, out LogPosition position, out Dictionary<long, int> slots)
    {
        slots = [];
        position = default;
        if (header.Length < FixedBytes || BinaryPrimitives.ReadUInt64LittleEndian(header[16..]) != XxHash3.HashToUInt64(header[24..])
            || new Guid(header.Slice(32, 16)) != storeId)
            return false;
        position = new LogPosition(
            BinaryPrimitives.ReadInt64LittleEndian(header[48..]), BinaryPrimitives.ReadInt64LittleEndian(header[56..]), BinaryPrimitives.ReadInt64LittleEndian(header[64..]));
        var count = BinaryPrimitives.ReadInt32LittleEndian(header[72..]);
        if (count != (header.Length - FixedBytes) / 16)
            return false;
        for (var i = 0; i < count; i++)
            slots[BinaryPrimitives.ReadInt64LittleEndian(header[(FixedBytes + 16 * i)..])] = (int)BinaryPrimitives.ReadInt64LittleEndian(header[(FixedBytes + 16 * i + 8)..]);
        return true;
    }
}
