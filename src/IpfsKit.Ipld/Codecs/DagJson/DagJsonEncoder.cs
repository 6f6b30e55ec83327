using System.Buffers;
using System.Globalization;
using System.Text;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs.DagJson;

/// <summary>Writes nodes as canonical dag-json.</summary>
internal readonly struct DagJsonEncoder(IBufferWriter<byte> output)
{
    private static readonly SearchValues<char> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\']);

    public void Write(IpldNode node, int depth)
    {
        switch (node)
        {
            case IpldNode.Null:
                output.Write("null"u8);
                break;
            case IpldNode.Boolean boolean:
                output.Write(boolean.Value ? "true"u8 : "false"u8);
                break;
            case IpldNode.Integer integer:
                WriteInteger(integer);
                break;
            case IpldNode.Float number:
                DagJsonFloat.Write(number.Value, output);
                break;
            case IpldNode.String text:
                WriteText(text.Value);
                break;
            case IpldNode.Bytes bytes:
                output.Write("{\"/\":{\"bytes\":\""u8);
                DagJsonBytes.Write(bytes.Value.Span, output);
                output.Write("\"}}"u8);
                break;
            case IpldNode.Link link:
                if (link.Cid.IsDefault)
                    throw Invalid("a link has no CID");
                output.Write("{\"/\":\""u8);
                WriteAscii(link.Cid.ToString());
                output.Write("\"}"u8);
                break;
            case IpldNode.List or IpldNode.Map when depth == CodecLimits.MaxDepth:
                throw Invalid($"lists and maps nest deeper than {CodecLimits.MaxDepth}");
            case IpldNode.List list:
                WriteList(list, depth);
                break;
            case IpldNode.Map map:
                WriteMap(map, depth);
                break;
            default:
                throw Invalid("a node is null");
        }
    }

    private void WriteList(IpldNode.List list, int depth)
    {
        output.Write("["u8);
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (i > 0)
                output.Write(","u8);
            Write(list.Items[i], depth + 1);
        }

        output.Write("]"u8);
    }

    private void WriteMap(IpldNode.Map map, int depth)
    {
        var entries = MapEntries.Sort(map, Utf8Order.Compare, Multicodec.DagJson);
        if (entries.Count > 0 && entries[0].Key == "/" && IsReserved(entries[0].Value))
            throw Invalid("the map has the form of a link or of bytes: its first key is '/'");
        output.Write("{"u8);
        for (var i = 0; i < entries.Count; i++)
        {
            if (i > 0)
                output.Write(","u8);
            WriteText(entries[i].Key);
            output.Write(":"u8);
            Write(entries[i].Value, depth + 1);
        }

        output.Write("}"u8);
    }

    /// <summary>Whether a value under a first key "/" would be read as a link or as the inner half of bytes.</summary>
    private static bool IsReserved(IpldNode value)
    {
        if (value is IpldNode.String)
            return true;
        // "bytes" must be the first key of the sorted map.
        return value is IpldNode.Map map
            && map.TryGetValue("bytes", out var inner) && inner is IpldNode.String
            && map.Entries.All(e => Utf8Order.Compare(e.Key, "bytes") >= 0);
    }

    private void WriteInteger(IpldNode.Integer integer)
    {
        if (!integer.IsInRange)
            throw Invalid($"the integer {integer.Value} is outside -2^64 to 2^64 - 1");
        var span = output.GetSpan(24);
        integer.Value.TryFormat(span, out var written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private void WriteText(ReadOnlySpan<char> text)
    {
        if (!StrictUtf8.TryGetByteCount(text, out _))
            throw Invalid("text holds a lone surrogate");
        output.Write("\""u8);
        while (true)
        {
            var at = text.IndexOfAny(Escaped);
            WritePlain(at < 0 ? text : text[..at]);
            if (at < 0)
                break;
            WriteEscape(text[at]);
            text = text[(at + 1)..];
        }

        output.Write("\""u8);
    }

    private void WritePlain(ReadOnlySpan<char> text)
    {
        // In pieces that do not part a surrogate pair, so that the writer is not asked for one huge span.
        const int Piece = 4096;
        while (!text.IsEmpty)
        {
            var length = Math.Min(text.Length, Piece);
            if (length < text.Length && char.IsHighSurrogate(text[length - 1]))
                length--;
            var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(length));
            output.Advance(Encoding.UTF8.GetBytes(text[..length], span));
            text = text[length..];
        }
    }

    private void WriteEscape(char c)
    {
        switch (c)
        {
            case '"':
                output.Write("\\\""u8);
                break;
            case '\\':
                output.Write("\\\\"u8);
                break;
            case '\b':
                output.Write("\\b"u8);
                break;
            case '\f':
                output.Write("\\f"u8);
                break;
            case '\n':
                output.Write("\\n"u8);
                break;
            case '\r':
                output.Write("\\r"u8);
                break;
            case '\t':
                output.Write("\\t"u8);
                break;
            default:
                output.Write("\\u00"u8);
                WriteAscii(((int)c).ToString("x2", CultureInfo.InvariantCulture));
                break;
        }
    }

    private void WriteAscii(string text)
    {
        var span = output.GetSpan(text.Length);
        output.Advance(Encoding.ASCII.GetBytes(text, span));
    }

    private static CodecException Invalid(string reason) => new(Multicodec.DagJson, reason);
}
