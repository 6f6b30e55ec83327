using System.Buffers.Binary;

namespace IpfsKit.Storage.Segments;

/// <summary>The payload of a marker record: which group it ends, and the group's directory.</summary>
/// <remarks>
/// <code>
///  0  u64  number of the group, one more than that of the group before
///  8  u64  offset at which the group begins
/// 16  u32  number of entries
/// 20  u32  0
/// 24       entries
/// </code>
/// </remarks>
internal sealed record GroupMarker(long Sequence, long GroupStart, IReadOnlyList<DirectoryEntry> Entries)
{
    /// <summary>Bytes before the entries.</summary>
    public const int FixedBytes = 24;

    /// <summary>The most records of one group, which bounds the marker to 3 MiB.</summary>
    public const int MaxEntries = 16 << 10;

    /// <summary>The longest payload of a marker.</summary>
    public const int MaxPayloadBytes = FixedBytes + MaxEntries * DirectoryEntry.MaxBytes;

    /// <summary>Writes what comes before the entries.</summary>
    public static void WriteFixed(Span<byte> destination, long sequence, long groupStart, int count)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, sequence);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], groupStart);
        BinaryPrimitives.WriteInt32LittleEndian(destination[16..], count);
        BinaryPrimitives.WriteInt32LittleEndian(destination[20..], 0);
    }

    /// <summary>Reads a payload whose checksum was right; false if it makes no sense all the same.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out GroupMarker? marker)
    {
        marker = null;
        if (payload.Length < FixedBytes)
            return false;
        var count = BinaryPrimitives.ReadInt32LittleEndian(payload[16..]);
        // A count is believed no further than there are bytes for entries.
        if (count is < 0 or > MaxEntries || count * (long)DirectoryEntry.MinBytes > payload.Length - FixedBytes)
            return false;
        var entries = new DirectoryEntry[count];
        var rest = payload[FixedBytes..];
        for (var i = 0; i < count; i++)
        {
            if (!DirectoryEntry.TryRead(rest, out entries[i], out var read))
                return false;
            rest = rest[read..];
        }

        marker = new GroupMarker(BinaryPrimitives.ReadInt64LittleEndian(payload), BinaryPrimitives.ReadInt64LittleEndian(payload[8..]), entries);
        return rest.IsEmpty;
    }
}
