using System.Buffers;
using IpfsKit.Ipld.Codecs.DagPb;

namespace IpfsKit.Ipld.UnixFs;

/// <summary><see cref="UnixFsData"/> to bytes.</summary>
internal static class UnixFsDataEncoder
{
    /// <summary>The most that mode and mtime together take.</summary>
    public const int MaxMetadataBytes = 1 + 5 + 1 + 1 + 1 + 10 + 1 + 4;

    public static void Encode(UnixFsData data, IBufferWriter<byte> output)
    {
        var size = GetByteCount(data);
        var writer = new ProtobufWriter(output.GetSpan(size));
        writer.WriteVarintField(1, (ulong)data.Type);
        if (data.Data is { } bytes)
            writer.WriteBytesField(2, bytes.Span);
        if (data.FileSize is { } fileSize)
            writer.WriteVarintField(3, fileSize);
        foreach (var blockSize in data.BlockSizes)
            writer.WriteVarintField(4, blockSize);
        if (data.HashType is { } hashType)
            writer.WriteVarintField(5, hashType);
        if (data.Fanout is { } fanout)
            writer.WriteVarintField(6, fanout);
        WriteMetadata(ref writer, data.Mode, data.ModificationTime);
        output.Advance(writer.Written);
    }

    /// <summary>Writes the fields mode and mtime.</summary>
    public static void WriteMetadata(ref ProtobufWriter writer, uint? mode, UnixFsTime? modificationTime)
    {
        if (mode is { } bits)
            writer.WriteVarintField(7, bits);
        if (modificationTime is { } time)
        {
            writer.WriteBytesHeader(8, TimeBytes(time));
            writer.WriteVarintField(1, unchecked((ulong)time.Seconds));
            if (time.Nanoseconds != 0)
                writer.WriteFixed32Field(2, time.Nanoseconds);
        }
    }

    /// <summary>The bytes of the fields mode and mtime.</summary>
    public static int MetadataBytes(uint? mode, UnixFsTime? modificationTime) =>
        (mode is { } bits ? VarintField(bits) : 0)
        + (modificationTime is { } time ? 2 + TimeBytes(time) : 0);

    public static int GetByteCount(UnixFsData data)
    {
        var size = VarintField((ulong)data.Type) + MetadataBytes(data.Mode, data.ModificationTime);
        if (data.Data is { } bytes)
            size += 1 + ProtobufVarint.GetByteCount((ulong)bytes.Length) + bytes.Length;
        foreach (var blockSize in data.BlockSizes)
            size += VarintField(blockSize);
        return size
            + (data.FileSize is { } fileSize ? VarintField(fileSize) : 0)
            + (data.HashType is { } hashType ? VarintField(hashType) : 0)
            + (data.Fanout is { } fanout ? VarintField(fanout) : 0);
    }

    private static int VarintField(ulong value) => 1 + ProtobufVarint.GetByteCount(value);

    private static int TimeBytes(UnixFsTime time) => VarintField(unchecked((ulong)time.Seconds)) + (time.Nanoseconds != 0 ? 5 : 0);
}
