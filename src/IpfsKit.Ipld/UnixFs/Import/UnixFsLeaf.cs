using IpfsKit.Ipld.Codecs.DagPb;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>Wraps a chunk into a dag-pb leaf where it lies, without moving it.</summary>
/// <remarks>
/// <code>
/// 0a len | 08 02 | 12 len chunk | 18 size | mode | mtime
/// head, written backwards from the chunk   tail, written after it
/// </code>
/// </remarks>
internal static class UnixFsLeaf
{
    /// <summary>The room to leave before the chunk.</summary>
    public const int HeadBytes = 16;

    /// <summary>The room to leave after the chunk.</summary>
    public const int TailBytes = 1 + 5 + UnixFsDataEncoder.MaxMetadataBytes;

    /// <summary>The most that wrapping adds to a chunk.</summary>
    public const int MaxOverheadBytes = HeadBytes + TailBytes;

    /// <summary>Writes head and tail around the chunk that begins at <see cref="HeadBytes"/>.</summary>
    /// <returns>Where the block begins in the buffer, and its length.</returns>
    public static (int Start, int Length) Wrap(Span<byte> buffer, int chunkBytes, uint? mode = null, UnixFsTime? modificationTime = null)
    {
        var tail = new ProtobufWriter(buffer[(HeadBytes + chunkBytes)..]);
        tail.WriteVarintField(3, (ulong)chunkBytes);
        UnixFsDataEncoder.WriteMetadata(ref tail, mode, modificationTime);

        // An empty file has no data field at all.
        var dataHeader = chunkBytes == 0 ? 0 : 1 + ProtobufVarint.GetByteCount((ulong)chunkBytes);
        var message = 2 + dataHeader + chunkBytes + tail.Written;
        var head = 1 + ProtobufVarint.GetByteCount((ulong)message) + 2 + dataHeader;
        var start = HeadBytes - head;
        var writer = new ProtobufWriter(buffer.Slice(start, head));
        writer.WriteBytesHeader(1, message);
        writer.WriteVarintField(1, (ulong)UnixFsType.File);
        if (chunkBytes > 0)
            writer.WriteBytesHeader(2, chunkBytes);
        return (start, head + chunkBytes + tail.Written);
    }
}
