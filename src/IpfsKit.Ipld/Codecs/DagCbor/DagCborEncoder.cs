using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs.DagCbor;

/// <summary>Writes nodes as dag-cbor (see <see cref="CborReader"/> for the layout).</summary>
internal static class DagCborEncoder
{
    private const int MaxHeadBytes = 9;

    public static void Write(IpldNode node, IBufferWriter<byte> output, int depth)
    {
        switch (node)
        {
            case IpldNode.Null:
                WriteByte(output, 0xf6);
                break;
            case IpldNode.Boolean boolean:
                WriteByte(output, boolean.Value ? (byte)0xf5 : (byte)0xf4);
                break;
            case IpldNode.Integer integer:
                WriteInteger(integer, output);
                break;
            case IpldNode.Float number:
                WriteFloat(number.Value, output);
                break;
            case IpldNode.String text:
                WriteText(text.Value, output);
                break;
            case IpldNode.Bytes bytes:
                WriteHead(output, 2, (ulong)bytes.Value.Length);
                output.Write(bytes.Value.Span);
                break;
            case IpldNode.Link link:
                WriteLink(link.Cid, output);
                break;
            case IpldNode.List or IpldNode.Map when depth == CodecLimits.MaxDepth:
                throw Invalid($"lists and maps nest deeper than {CodecLimits.MaxDepth}");
            case IpldNode.List list:
                WriteHead(output, 4, (ulong)list.Items.Count);
                for (var i = 0; i < list.Items.Count; i++)
                    Write(list.Items[i], output, depth + 1);
                break;
            case IpldNode.Map map:
                WriteMap(map, output, depth);
                break;
            default:
                throw Invalid("a node is null");
        }
    }

    /// <summary>The spec's order of keys: shorter before longer, then by bytes.</summary>
    public static int CompareKeys(string left, string right)
    {
        var byLength = Encoding.UTF8.GetByteCount(left).CompareTo(Encoding.UTF8.GetByteCount(right));
        return byLength != 0 ? byLength : Utf8Order.Compare(left, right);
    }

    private static void WriteMap(IpldNode.Map map, IBufferWriter<byte> output, int depth)
    {
        var entries = MapEntries.Sort(map, CompareKeys, Multicodec.DagCbor);
        WriteHead(output, 5, (ulong)entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            WriteText(entries[i].Key, output);
            Write(entries[i].Value, output, depth + 1);
        }
    }

    private static void WriteInteger(IpldNode.Integer integer, IBufferWriter<byte> output)
    {
        if (!integer.IsInRange)
            throw Invalid($"the integer {integer.Value} is outside -2^64 to 2^64 - 1");
        if (integer.Value >= 0)
            WriteHead(output, 0, (ulong)integer.Value);
        else
            WriteHead(output, 1, (ulong)(-1 - integer.Value));
    }

    private static void WriteFloat(double value, IBufferWriter<byte> output)
    {
        if (!double.IsFinite(value))
            throw Invalid("NaN and infinities are not allowed");
        var span = output.GetSpan(MaxHeadBytes);
        span[0] = 0xfb;
        BinaryPrimitives.WriteDoubleBigEndian(span[1..], value);
        output.Advance(9);
    }

    private static void WriteText(string text, IBufferWriter<byte> output)
    {
        if (!StrictUtf8.TryGetByteCount(text, out var count))
            throw Invalid("text holds a lone surrogate");
        WriteHead(output, 3, (ulong)count);
        var span = output.GetSpan(count);
        output.Advance(StrictUtf8.GetBytes(text, span));
    }

    private static void WriteLink(Cid cid, IBufferWriter<byte> output)
    {
        if (cid.IsDefault)
            throw Invalid("a link has no CID");
        var span = output.GetSpan(2);
        span[0] = 0xd8;
        span[1] = 42;
        output.Advance(2);
        var count = cid.ByteCount;
        WriteHead(output, 2, (ulong)count + 1);
        span = output.GetSpan(count + 1);
        span[0] = 0;
        output.Advance(1 + cid.WriteBytes(span[1..]));
    }

    private static void WriteHead(IBufferWriter<byte> output, int major, ulong argument)
    {
        var span = output.GetSpan(MaxHeadBytes);
        var type = (byte)(major << 5);
        switch (argument)
        {
            case < 24:
                span[0] = (byte)(type | (byte)argument);
                output.Advance(1);
                break;
            case <= byte.MaxValue:
                span[0] = (byte)(type | 24);
                span[1] = (byte)argument;
                output.Advance(2);
                break;
            case <= ushort.MaxValue:
                span[0] = (byte)(type | 25);
                BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)argument);
                output.Advance(3);
                break;
            case <= uint.MaxValue:
                span[0] = (byte)(type | 26);
                BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)argument);
                output.Advance(5);
                break;
            default:
                span[0] = (byte)(type | 27);
                BinaryPrimitives.WriteUInt64BigEndian(span[1..], argument);
                output.Advance(9);
                break;
        }
    }

    private static void WriteByte(IBufferWriter<byte> output, byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    private static CodecException Invalid(string reason) => new(Multicodec.DagCbor, reason);
}
