using System.Buffers.Binary;

namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>A frame's header.</summary>
/// <param name="Type">What it is for.</param>
/// <param name="Flags">What it does to the stream.</param>
/// <param name="StreamId">The stream; 0 for pings and goodbyes. The dialer's are odd, the listener's even.</param>
/// <param name="Length">Bytes that follow, credit that is granted, the value of a ping or the code of a goodbye, by type.</param>
/// <remarks>
/// Twelve bytes, big-endian (<see href="https://github.com/hashicorp/yamux/blob/master/spec.md#framing"/>):
/// <code>
/// 0         1        2            4               8               12
/// | version | type   | flags u16  | stream id u32 | length u32    |
/// </code>
/// </remarks>
internal readonly record struct YamuxHeader(YamuxFrameType Type, YamuxFlags Flags, uint StreamId, uint Length)
{
    /// <summary>Bytes of a header.</summary>
    public const int Bytes = 12;

    private const YamuxFlags Known = YamuxFlags.Syn | YamuxFlags.Ack | YamuxFlags.Fin | YamuxFlags.Rst;

    /// <summary>Reads a header.</summary>
    /// <param name="source">At least <see cref="Bytes"/>.</param>
    /// <exception cref="YamuxViolationException">The version, the type or a flag is unknown, or the stream id does not fit the type.</exception>
    public static YamuxHeader Read(ReadOnlySpan<byte> source)
    {
        var type = (YamuxFrameType)source[1];
        var flags = (YamuxFlags)BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
        var streamId = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
        if (source[0] != 0)
            throw new YamuxViolationException($"The version of a frame is {source[0]}.");
        if (type > YamuxFrameType.GoAway)
            throw new YamuxViolationException($"The type of a frame is {(byte)type}.");
        if ((flags & ~Known) != 0)
            throw new YamuxViolationException($"The flags of a frame are 0x{(ushort)flags:x}.");
        if ((type <= YamuxFrameType.WindowUpdate) != (streamId != 0))
            throw new YamuxViolationException($"A frame of type {type} names stream {streamId}.");
        return new YamuxHeader(type, flags, streamId, BinaryPrimitives.ReadUInt32BigEndian(source[8..]));
    }

    /// <summary>Writes the header.</summary>
    /// <param name="destination">At least <see cref="Bytes"/>.</param>
    public void Write(Span<byte> destination)
    {
        destination[0] = 0;
        destination[1] = (byte)Type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)Flags);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], StreamId);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Length);
    }
}
