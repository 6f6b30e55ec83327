using System.Buffers.Binary;
using System.IO.Hashing;

namespace IpfsKit.Storage.Segments;

/// <summary>What a manifest says: who the store is, and which segments count.</summary>
/// <remarks>
/// <code>
///  0  u64  "IPFSKMAN"
///  8  u32  format version; these 12 bytes stay in every version
/// 12  u32  length of this copy
/// 16  u64  checksum of bytes 24 to the end
/// 24  u64  number of the manifest
/// 32  16   store id
/// 48  u64  fingerprint seed
/// 56  u64  checksum seed
/// 64  u64  next segment id
/// 72  u32  number of segments
/// 76  u32  0
/// 80  u64  ids, ascending
/// </code>
/// The file holds two equal copies, each padded to a multiple of 4096 bytes, so that one damaged sector does not cost the store.
/// </remarks>
internal sealed record ManifestData(long Number, Guid StoreId, StoreKeys Keys, long NextSegmentId, IReadOnlyList<long> SegmentIds)
{
    private const int FixedBytes = 80;
    private const int CopyAlignment = 4096;
    private const string Prefix = "MANIFEST-";

    private static ReadOnlySpan<byte> Magic => "IPFSKMAN"u8;

    /// <summary>The name of a manifest's file.</summary>
    public static string FileName(long number) => $"{Prefix}{number:d10}";

    /// <summary>The number in a file's name, or null if it is no manifest's.</summary>
    public static long? NumberOf(string fileName) =>
        fileName.StartsWith(Prefix, StringComparison.Ordinal) && long.TryParse(fileName.AsSpan(Prefix.Length), out var number) ? number : null;

    /// <summary>The content of the file.</summary>
    public byte[] ToBytes()
    {
        var length = FixedBytes + SegmentIds.Count * 8;
        var padded = (length + CopyAlignment - 1) / CopyAlignment * CopyAlignment;
        var bytes = new byte[2 * padded];
        var copy = bytes.AsSpan(0, length);
        Magic.CopyTo(copy);
        BinaryPrimitives.WriteInt32LittleEndian(copy[8..], SegmentFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(copy[12..], length);
        BinaryPrimitives.WriteInt64LittleEndian(copy[24..], Number);
        StoreId.TryWriteBytes(copy[32..]);
        BinaryPrimitives.WriteInt64LittleEndian(copy[48..], Keys.FingerprintSeed);
        BinaryPrimitives.WriteInt64LittleEndian(copy[56..], Keys.ChecksumSeed);
        BinaryPrimitives.WriteInt64LittleEndian(copy[64..], NextSegmentId);
        BinaryPrimitives.WriteInt32LittleEndian(copy[72..], SegmentIds.Count);
        for (var i = 0; i < SegmentIds.Count; i++)
            BinaryPrimitives.WriteInt64LittleEndian(copy[(FixedBytes + 8 * i)..], SegmentIds[i]);
        BinaryPrimitives.WriteUInt64LittleEndian(copy[16..], XxHash3.HashToUInt64(copy[24..]));
        copy.CopyTo(bytes.AsSpan(padded));
        return bytes;
    }

    /// <summary>Reads a file's content.</summary>
    /// <param name="bytes">All of it.</param>
    /// <param name="newerVersion">A version that this software does not understand, if that is why the result is null; else 0.</param>
    /// <returns>Null if neither copy is whole.</returns>
    public static ManifestData? Parse(ReadOnlySpan<byte> bytes, out int newerVersion)
    {
        newerVersion = 0;
        var half = bytes.Length / 2;
        if (ParseCopy(bytes) is { } first)
            return first;
        if (ParseCopy(bytes[half..]) is { } second)
            return second;
        newerVersion = Math.Max(NewerVersion(bytes), NewerVersion(bytes[half..]));
        return null;
    }

    private static int NewerVersion(ReadOnlySpan<byte> copy)
    {
        if (copy.Length < 12 || !copy.StartsWith(Magic))
            return 0;
        var version = BinaryPrimitives.ReadInt32LittleEndian(copy[8..]);
        return version > SegmentFormat.Version ? version : 0;
    }

    private static ManifestData? ParseCopy(ReadOnlySpan<byte> copy)
    {
        if (copy.Length < FixedBytes || !copy.StartsWith(Magic) || BinaryPrimitives.ReadInt32LittleEndian(copy[8..]) != SegmentFormat.Version)
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(copy[12..]);
        if (length < FixedBytes || length > copy.Length)
            return null;
        copy = copy[..length];
        var count = BinaryPrimitives.ReadInt32LittleEndian(copy[72..]);
        if (BinaryPrimitives.ReadUInt64LittleEndian(copy[16..]) != XxHash3.HashToUInt64(copy[24..]) || count != (length - FixedBytes) / 8)
            return null;
        var ids = new long[count];
        for (var i = 0; i < count; i++)
            ids[i] = BinaryPrimitives.ReadInt64LittleEndian(copy[(FixedBytes + 8 * i)..]);
        return new ManifestData(
            BinaryPrimitives.ReadInt64LittleEndian(copy[24..]),
            new Guid(copy.Slice(32, 16)),
            new StoreKeys(BinaryPrimitives.ReadInt64LittleEndian(copy[48..]), BinaryPrimitives.ReadInt64LittleEndian(copy[56..])),
            BinaryPrimitives.ReadInt64LittleEndian(copy[64..]),
            ids);
    }
}
