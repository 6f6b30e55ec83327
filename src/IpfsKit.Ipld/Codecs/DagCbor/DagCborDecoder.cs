using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs.DagCbor;

/// <summary>Builds the nodes of one dag-cbor block.</summary>
/// <param name="block">The block.</param>
/// <param name="tolerant">Whether to accept what <see cref="CborReader"/> can relax, and map keys in any order (but not twice).</param>
internal readonly ref struct DagCborDecoder(ReadOnlyMemory<byte> block, bool tolerant)
{
    private readonly ReadOnlyMemory<byte> _block = block;
    private readonly bool _tolerant = tolerant;

    public IpldNode Decode()
    {
        var reader = new CborReader(_block.Span, _tolerant);
        var node = ReadNode(ref reader, depth: 0);
        reader.EnsureEnd();
        return node;
    }

    public static Cid ReadCid(ref CborReader reader, in CborItem item)
    {
        var bytes = reader.GetBytes(item);
        return Cid.TryRead(bytes, out var cid, out var read) && read == bytes.Length
            ? cid
            : throw CborReader.Invalid(item.Start, "a link does not hold a CID");
    }

    private IpldNode ReadNode(ref CborReader reader, int depth)
    {
        var item = reader.Read();
        switch (item.Kind)
        {
            case IpldKind.Null:
                return IpldNode.Null.Value;
            case IpldKind.Boolean:
                return item.Argument != 0 ? IpldNode.Boolean.True : IpldNode.Boolean.False;
            case IpldKind.Integer:
                return CommonNodes.Integer(item.IsNegative ? -1 - (Int128)item.Argument : item.Argument);
            case IpldKind.Float:
                return new IpldNode.Float(BitConverter.UInt64BitsToDouble(item.Argument));
            case IpldKind.String:
                return CommonNodes.String(ReadText(ref reader, item));
            case IpldKind.Bytes:
                return CommonNodes.Bytes(_block.Slice(item.PayloadStart, (int)item.Argument));
            case IpldKind.Link:
                return new IpldNode.Link(ReadCid(ref reader, item));
        }

        if (depth == CodecLimits.MaxDepth)
            throw CborReader.Invalid(item.Start, $"lists and maps nest deeper than {CodecLimits.MaxDepth}");
        return item.Kind == IpldKind.List ? ReadList(ref reader, (int)item.Argument, depth) : ReadMap(ref reader, (int)item.Argument, depth);
    }

    private IpldNode.List ReadList(ref CborReader reader, int count, int depth)
    {
        if (count == 0)
            return CommonNodes.EmptyList;
        var items = new IpldNode[count];
        for (var i = 0; i < count; i++)
            items[i] = ReadNode(ref reader, depth + 1);
        return new IpldNode.List(items);
    }

    private IpldNode.Map ReadMap(ref CborReader reader, int count, int depth)
    {
        if (count == 0)
            return CommonNodes.EmptyMap;
        var entries = new KeyValuePair<string, IpldNode>[count];
        var seen = _tolerant ? new HashSet<string>(StringComparer.Ordinal) : null;
        ReadOnlySpan<byte> previous = default;
        for (var i = 0; i < count; i++)
        {
            var item = reader.Read();
            if (item.Kind != IpldKind.String)
                throw CborReader.Invalid(item.Start, $"a map key must be text, not {item.Kind}");
            var bytes = reader.GetBytes(item);
            var key = ReadText(ref reader, item);
            var order = i == 0 ? 1 : bytes.Length != previous.Length ? bytes.Length - previous.Length : bytes.SequenceCompareTo(previous);
            if (order == 0 || (seen is not null && !seen.Add(key)))
                throw CborReader.Invalid(item.Start, $"the map key '{key}' is repeated");
            if (order < 0 && seen is null)
                throw CborReader.Invalid(item.Start, $"the map key '{key}' is out of order");
            previous = bytes;
            entries[i] = new(key, ReadNode(ref reader, depth + 1));
        }

        return new IpldNode.Map(entries);
    }

    private static string ReadText(ref CborReader reader, in CborItem item) =>
        StrictUtf8.TryGetString(reader.GetBytes(item), out var text) ? text : throw CborReader.Invalid(item.Start, "text is not UTF-8");
}
