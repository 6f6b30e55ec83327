namespace IpfsKit.Bitswap.Messages;

/// <summary>How the value of a protobuf field is written. Groups, which nobody has used for long, are not understood.</summary>
internal enum ProtoWireType
{
    /// <summary>A varint.</summary>
    Varint = 0,

    /// <summary>Eight bytes.</summary>
    Fixed64 = 1,

    /// <summary>A varint, and as many bytes as it says.</summary>
    Bytes = 2,

    /// <summary>Four bytes.</summary>
    Fixed32 = 5,
}
