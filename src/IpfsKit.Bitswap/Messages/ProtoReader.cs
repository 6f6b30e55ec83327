namespace IpfsKit.Bitswap.Messages;

/// <summary>Reads protobuf from bytes that are all there.</summary>
/// <remarks>Spec: <see href="https://protobuf.dev/programming-guides/encoding/"/>. Its varints need not be the shortest, and have up to ten bytes.</remarks>
internal ref struct ProtoReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>The longest varint: a negative number.</summary>
    public const int MaxVarintBytes = 10;

    private const uint MaxFieldNumber = (1 << 29) - 1;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>How many bytes are left.</summary>
    public readonly int Left => _rest.Length;

    /// <summary>Whether nothing is left.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Reads the start of a field; false if it is malformed, or ends before it is whole.</summary>
    public bool TryReadField(out ProtoField field)
    {
        field = default;
        if (!TryReadVarint(out var tag) || tag >> 3 is 0 or > MaxFieldNumber)
            return false;
        var (number, wireType) = ((int)(tag >> 3), (ProtoWireType)(tag & 7));
        ulong value;
        switch (wireType)
        {
            case ProtoWireType.Varint or ProtoWireType.Bytes:
                if (!TryReadVarint(out value))
                    return false;
                break;
            case ProtoWireType.Fixed64:
                value = 8;
                break;
            case ProtoWireType.Fixed32:
                value = 4;
                break;
            default:
                return false;
        }

        field = new ProtoField(number, wireType, value);
        return true;
    }

    /// <summary>Takes the bytes that follow the start of a field; false if there are fewer.</summary>
    public bool TryTake(in ProtoField field, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (field.Following > (ulong)_rest.Length)
            return false;
        bytes = _rest[..(int)field.Following];
        _rest = _rest[bytes.Length..];
        return true;
    }

    private bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (var i = 0; i < Math.Min(_rest.Length, MaxVarintBytes); i++)
        {
            var b = _rest[i];
            value |= (ulong)(b & 0x7f) << (7 * i);
            if (b >= 0x80)
                continue;
            _rest = _rest[(i + 1)..];
            return true;
        }

        return false;
    }
}
