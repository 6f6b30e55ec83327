using System.Buffers;
using System.Buffers.Binary;
using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Segments;

/// <summary>A line of a directory: one record of a group or segment, so that it can be known without reading it.</summary>
/// <remarks>
/// <code>
///  0  u32  offset / 8
///  4  u32  length of the payload
///  8  u8   kind
///  9  u8   m, the length of the multihash
/// 10  m    multihash
/// </code>
/// </remarks>
internal readonly record struct DirectoryEntry(RecordKind Kind, long Offset, int PayloadLength, Multihash Hash)
{
    private const int FixedBytes = 10;

    /// <summary>The shortest entry: the shortest multihash is a code and a length of 0.</summary>
    public const int MinBytes = FixedBytes + 2;

    /// <summary>The longest entry.</summary>
    public const int MaxBytes = FixedBytes + Multihash.MaxBytes;

    /// <summary>The record's length with header and padding.</summary>
    public int RecordBytes => (int)RecordHeader.SizeOf(Hash.ByteCount, PayloadLength);

    /// <summary>The length of an entry for a key.</summary>
    public static int SizeOf(int multihashLength) => FixedBytes + multihashLength;

    /// <summary>Appends an entry.</summary>
    public static void Write(IBufferWriter<byte> output, RecordKind kind, long offset, int payloadLength, ReadOnlySpan<byte> multihash)
    {
        var size = SizeOf(multihash.Length);
        var entry = output.GetSpan(size);
        BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)(offset >> 3));
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], payloadLength);
        entry[8] = (byte)kind;
        entry[9] = (byte)multihash.Length;
        multihash.CopyTo(entry[FixedBytes..]);
        output.Advance(size);
    }

    /// <summary>Reads the entry at the start of <paramref name="source"/>; false if it is cut short or no entry.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out DirectoryEntry entry, out int bytesRead)
    {
        entry = default;
        bytesRead = 0;
        if (source.Length < FixedBytes || source.Length < SizeOf(source[9])
            || !Multihash.TryRead(source.Slice(FixedBytes, source[9]), out var hash, out var hashBytes) || hashBytes != source[9])
            return false;
        entry = new DirectoryEntry(
            (RecordKind)source[8], (long)BinaryPrimitives.ReadUInt32LittleEndian(source) << 3, BinaryPrimitives.ReadInt32LittleEndian(source[4..]), hash);
        bytesRead = SizeOf(source[9]);
        return true;
    }
}
