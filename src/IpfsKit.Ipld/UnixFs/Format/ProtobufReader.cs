using IpfsKit.Ipld.Codecs.DagPb;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>Reads a protobuf message from a span, strictly.</summary>
/// <remarks>Spec: <see href="https://protobuf.dev/programming-guides/encoding/"/>.</remarks>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    public const int Varint = 0;
    public const int Fixed64 = 1;
    public const int Bytes = 2;
    public const int Fixed32 = 5;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>Where the next byte is read, from the start of the message.</summary>
    public int Position { get; private set; }

    public readonly bool IsAtEnd => Position == _message.Length;

    /// <summary>Reads a field's number and wire type.</summary>
    public (uint Field, int WireType) ReadTag()
    {
        var tag = ReadVarint();
        if (tag > uint.MaxValue || tag >> 3 == 0)
            throw new UnixFsException($"the field tag {tag} is not valid.");
        return ((uint)(tag >> 3), (int)(tag & 7));
    }

    public ulong ReadVarint()
    {
        if (!ProtobufVarint.TryRead(_message[Position..], out var value, out var read))
            throw NoVarint(_message[Position..]);
        Position += read;
        return value;
    }

    public uint ReadFixed32()
    {
        if (_message.Length - Position < sizeof(uint))
            throw Truncated();
        var value = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(_message[Position..]);
        Position += sizeof(uint);
        return value;
    }

    /// <summary>Reads a length and moves past that many bytes.</summary>
    public (int Start, int Length) ReadBytes()
    {
        var length = ReadVarint();
        if (length > (ulong)(_message.Length - Position))
            throw Truncated();
        var start = Position;
        Position += (int)length;
        return (start, (int)length);
    }

    public void Skip(int wireType)
    {
        switch (wireType)
        {
            case Varint:
                ReadVarint();
                break;
            case Bytes:
                ReadBytes();
                break;
            case Fixed32:
                ReadFixed32();
                break;
            case Fixed64:
                ReadFixed32();
                ReadFixed32();
                break;
            default:
                throw new UnixFsException($"the wire type {wireType} is not supported.");
        }
    }

    private static UnixFsException NoVarint(ReadOnlySpan<byte> rest)
    {
        var last = rest.IndexOfAnyInRange((byte)0, (byte)0x7f);
        if (last < 0 && rest.Length < ProtobufVarint.MaxBytes)
            return Truncated();
        return new(last is > 0 and < ProtobufVarint.MaxBytes && rest[last] == 0 ? "a varint is not in its shortest form." : "a varint does not fit 64 bits.");
    }

    private static UnixFsException Truncated() => new("the message is truncated.");
}
