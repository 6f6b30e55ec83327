namespace IpfsKit.Ipld.UnixFs;

/// <summary>Reads a protobuf message from a span, strictly.</summary>
/// <remarks>Spec: <see href="https://protobuf.dev/programming-guides/encoding/"/>.</remarks>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    public const int Varint = 0;
    public const int Fixed64 = 1;
    public const int Bytes = 2;
    public const int Fixed32 = 5;

    private const int MaxVarintBytes = 10;

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
        ulong value = 0;
        for (var i = 0; i < MaxVarintBytes; i++)
        {
            if (Position == _message.Length)
                throw Truncated();
            var b = _message[Position++];
            if (i == MaxVarintBytes - 1 && b > 1)
                throw new UnixFsException("a varint does not fit 64 bits.");
            value |= (ulong)(b & 0x7f) << (7 * i);
            if (b < 0x80)
                return b == 0 && i > 0 ? throw new UnixFsException("a varint is not in its shortest form.") : value;
        }

        throw new UnixFsException("a varint does not fit 64 bits.");
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

    private static UnixFsException Truncated() => new("the message is truncated.");
}
