using System.Buffers.Binary;
using System.Numerics;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>Writes a protobuf message into a span that is known to be long enough.</summary>
internal ref struct ProtobufWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Written { get; private set; }

    /// <summary>The bytes of a varint, 1 to 10.</summary>
    public static int VarintBytes(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    public void WriteVarint(ulong value)
    {
        while (value >= 0x80)
        {
            _destination[Written++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _destination[Written++] = (byte)value;
    }

    public void WriteVarintField(int field, ulong value)
    {
        WriteVarint((ulong)(field << 3) | ProtobufReader.Varint);
        WriteVarint(value);
    }

    /// <summary>Writes a field of bytes up to, and without, the bytes themselves.</summary>
    public void WriteBytesHeader(int field, int length)
    {
        WriteVarint((ulong)(field << 3) | ProtobufReader.Bytes);
        WriteVarint((ulong)length);
    }

    public void WriteBytesField(int field, ReadOnlySpan<byte> value)
    {
        WriteBytesHeader(field, value.Length);
        value.CopyTo(_destination[Written..]);
        Written += value.Length;
    }

    public void WriteFixed32Field(int field, uint value)
    {
        WriteVarint((ulong)(field << 3) | ProtobufReader.Fixed32);
        BinaryPrimitives.WriteUInt32LittleEndian(_destination[Written..], value);
        Written += sizeof(uint);
    }
}
