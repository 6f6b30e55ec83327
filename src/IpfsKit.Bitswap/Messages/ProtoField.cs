namespace IpfsKit.Bitswap.Messages;

/// <summary>The start of a protobuf field.</summary>
/// <param name="Number">Which field.</param>
/// <param name="WireType">How its value is written.</param>
/// <param name="Value">The value itself if that is a varint; otherwise how many bytes follow.</param>
internal readonly record struct ProtoField(int Number, ProtoWireType WireType, ulong Value)
{
    /// <summary>The longest start: a tag and a varint.</summary>
    public const int MaxBytes = 5 + ProtoReader.MaxVarintBytes;

    /// <summary>How many bytes follow.</summary>
    public ulong Following => WireType == ProtoWireType.Varint ? 0 : Value;

    /// <summary>Whether it is this field, with bytes.</summary>
    public bool IsBytes(int number) => Number == number && WireType == ProtoWireType.Bytes;

    /// <summary>Whether it is this field, with a number.</summary>
    public bool IsNumber(int number) => Number == number && WireType == ProtoWireType.Varint;
}
