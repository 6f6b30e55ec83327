using System.Buffers.Binary;

namespace IpfsKit.Ipld.Car;

/// <summary>The fixed header of a version 2 CAR, which says where the version 1 CAR inside it lies.</summary>
/// <remarks>
/// <code>
/// 0            11                   27            35          43             51
/// | pragma     | characteristics    | data offset | data size | index offset | padding, data, padding, index
/// </code>
/// Little-endian. The index is the sender's claim about the data: it is neither read nor trusted.
/// Spec: <see href="https://ipld.io/specs/transport/car/carv2/"/>.
/// </remarks>
/// <param name="DataOffset">Where the data begins, in bytes from the pragma.</param>
/// <param name="DataSize">Its length in bytes.</param>
/// <param name="IndexOffset">Where the index begins, or 0.</param>
internal readonly record struct CarV2Header(ulong DataOffset, ulong DataSize, ulong IndexOffset)
{
    /// <summary>The length of the header, without the pragma.</summary>
    public const int Bytes = 40;

    /// <summary>The length of pragma and header: where data may begin.</summary>
    public const int EndOfHeader = 51;

    /// <summary>The most padding before the data that is read and dropped.</summary>
    public const int MaxPaddingBytes = 1 << 20;

    /// <summary>Reads a header and refuses offsets that cannot be.</summary>
    /// <param name="bytes">The header.</param>
    /// <param name="length">The length of the whole input, if it is known.</param>
    /// <exception cref="CarFormatException">The data overlaps the header or the index, or lies outside the input.</exception>
    public static CarV2Header Decode(ReadOnlySpan<byte> bytes, long? length)
    {
        const int Offset = EndOfHeader - Bytes;
        var header = new CarV2Header(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]));
        if (header.DataOffset < EndOfHeader)
            throw new CarFormatException(Offset, $"the data at {header.DataOffset} overlaps the header");
        if (header.DataOffset > EndOfHeader + MaxPaddingBytes)
            throw new CarFormatException(Offset, $"the data at {header.DataOffset} lies behind more than {MaxPaddingBytes} bytes of padding");
        if (header.DataSize is 0 or > long.MaxValue / 2)
            throw new CarFormatException(Offset, $"the data cannot have {header.DataSize} bytes");
        var end = header.DataOffset + header.DataSize;
        if (header.IndexOffset != 0 && header.IndexOffset < end)
            throw new CarFormatException(Offset, $"the index at {header.IndexOffset} overlaps the data, which ends at {end}");
        if (length is { } known && (end > (ulong)known || header.IndexOffset > (ulong)known))
            throw new CarFormatException(Offset, $"the data ends at {end} and the index begins at {header.IndexOffset}, but the input has {known} bytes");
        return header;
    }
}
