using System.Buffers.Binary;
using IpfsKit.Ipld.Codecs.DagPb;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>Writes a protobuf message into a span that is known to be long enough.</summary>
internal ref struct ProtobufWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Written { get; private set; }

    public void WriteVarint(ulong value) => Written += ProtobufVarint.Write(_destination[Written..], value);

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
