using System.Globalization;
using System.Text.Json;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs.DagJson;

/// <summary>Builds the nodes of a dag-json block.</summary>
/// <remarks>
/// The reserved namespace, where "first" is in the order of the block:
/// <code>
/// {"/": "cid"}                    a link; any second key is refused
/// {"/": {"bytes": "base64"}}      bytes; any second key, inside or outside, is refused
/// {"/": anything else, …}         a map
/// </code>
/// Spec: <see href="https://ipld.io/specs/codecs/dag-json/spec/#the-reserved-namespace"/>.
/// </remarks>
internal static class DagJsonDecoder
{
    // Bytes take two JSON objects that are no maps of ours.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = CodecLimits.MaxDepth + 2, CommentHandling = JsonCommentHandling.Disallow };

    public static IpldNode Decode(ReadOnlySpan<byte> block)
    {
        var reader = new Utf8JsonReader(block, Options);
        try
        {
            reader.Read();
            var node = ReadNode(ref reader, depth: 0);
            // At the end this returns false; anything but whitespace throws.
            reader.Read();
            return node;
        }
        catch (JsonException e)
        {
            throw new CodecException(Multicodec.DagJson, $"the JSON is not valid (offset {reader.BytesConsumed})", e);
        }
        catch (InvalidOperationException e)
        {
            // What the reader throws for text that is not valid Unicode.
            throw new CodecException(Multicodec.DagJson, $"text is not valid Unicode (offset {reader.TokenStartIndex})", e);
        }
    }

    private static IpldNode ReadNode(ref Utf8JsonReader reader, int depth)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return IpldNode.Null.Value;
            case JsonTokenType.True:
                return IpldNode.Boolean.True;
            case JsonTokenType.False:
                return IpldNode.Boolean.False;
            case JsonTokenType.Number:
                return ReadNumber(ref reader);
            case JsonTokenType.String:
                return CommonNodes.String(reader.GetString()!);
            case JsonTokenType.StartArray:
                return ReadList(ref reader, depth);
            default:
                return ReadMap(ref reader, depth, underSlash: false, out _);
        }
    }

    private static IpldNode.List ReadList(ref Utf8JsonReader reader, int depth)
    {
        CheckDepth(ref reader, depth);
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
            return CommonNodes.EmptyList;
        var items = new List<IpldNode>();
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
            items.Add(ReadNode(ref reader, depth + 1));
        return new IpldNode.List(items);
    }

    /// <summary>Reads an object.</summary>
    /// <param name="reader">At its start.</param>
    /// <param name="depth">The depth of the result, if it is a map.</param>
    /// <param name="underSlash">Whether it is the value of a first key "/", so that it may be the inner half of bytes.</param>
    /// <param name="isBytes">Whether it was.</param>
    private static IpldNode ReadMap(ref Utf8JsonReader reader, int depth, bool underSlash, out bool isBytes)
    {
        isBytes = false;
        var start = reader.TokenStartIndex;
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            CheckDepth(ref reader, depth);
            return CommonNodes.EmptyMap;
        }

        var entries = new List<KeyValuePair<string, IpldNode>>();
        HashSet<string>? seen = null;
        for (; reader.TokenType != JsonTokenType.EndObject; reader.Read())
        {
            var key = reader.GetString()!;
            IpldNode value;
            reader.Read();
            if (entries.Count == 0 && key == "/" && reader.TokenType == JsonTokenType.String)
            {
                var link = ReadLink(ref reader);
                ReadEnd(ref reader, "a link");
                return link;
            }

            if (entries.Count == 0 && underSlash && key == "bytes" && reader.TokenType == JsonTokenType.String)
            {
                var bytes = DagJsonBytes.Read(ref reader);
                ReadEnd(ref reader, "bytes");
                isBytes = true;
                return bytes;
            }

            if (entries.Count == 0 && key == "/" && reader.TokenType == JsonTokenType.StartObject)
            {
                value = ReadMap(ref reader, depth + 1, underSlash: true, out var valueIsBytes);
                if (valueIsBytes)
                {
                    ReadEnd(ref reader, "bytes");
                    return value;
                }
            }
            else
            {
                value = ReadNode(ref reader, depth + 1);
            }

            if (!IsNewKey(entries, key, ref seen))
                throw Invalid(start, $"the map key '{key}' is repeated");
            entries.Add(new(key, value));
        }

        CheckDepth(ref reader, depth);
        return new IpldNode.Map(entries);
    }

    private static bool IsNewKey(List<KeyValuePair<string, IpldNode>> entries, string key, ref HashSet<string>? seen)
    {
        // Sorted keys, the usual case, need no set.
        if (seen is null)
        {
            if (entries.Count == 0 || Utf8Order.Compare(entries[^1].Key, key) < 0)
                return true;
            seen = new HashSet<string>(entries.Select(e => e.Key), StringComparer.Ordinal);
        }

        return seen.Add(key);
    }

    private static IpldNode ReadNumber(ref Utf8JsonReader reader)
    {
        var text = reader.ValueSpan;
        if (text.IndexOfAny((byte)'.', (byte)'e', (byte)'E') >= 0)
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? new IpldNode.Float(number)
                : throw Invalid(reader.TokenStartIndex, "a number is larger than any double");
        }

        // 21 characters hold -2^64; longer ones are out of range, and not worth parsing to find out.
        if (text.Length <= 21 && Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            var node = CommonNodes.Integer(integer);
            if (node.IsInRange)
                return node;
        }

        throw Invalid(reader.TokenStartIndex, "an integer is outside -2^64 to 2^64 - 1");
    }

    private static IpldNode.Link ReadLink(ref Utf8JsonReader reader)
    {
        // An escape takes six bytes, or two, for one character.
        if (reader.ValueSpan.Length <= 6 * Cid.MaxTextLength)
        {
            Span<char> buffer = stackalloc char[6 * Cid.MaxTextLength];
            var text = buffer[..reader.CopyString(buffer)];
            // Of the multibase forms only base32 in lower case counts; base58 of version 0 has no prefix.
            if (Cid.TryParse(text, out var cid) && (cid.Version == 0 || text[0] == 'b'))
                return new IpldNode.Link(cid);
        }

        throw Invalid(reader.TokenStartIndex, "a link is neither a base58 CID of version 0 nor a base32 CID of version 1");
    }

    private static void ReadEnd(ref Utf8JsonReader reader, string what)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.EndObject)
            throw Invalid(reader.TokenStartIndex, $"{what} in the reserved namespace have a second key");
    }

    private static void CheckDepth(ref Utf8JsonReader reader, int depth)
    {
        if (depth >= CodecLimits.MaxDepth)
            throw Invalid(reader.TokenStartIndex, $"lists and maps nest deeper than {CodecLimits.MaxDepth}");
    }

    internal static CodecException Invalid(long offset, string reason) => new(Multicodec.DagJson, $"{reason} (offset {offset})");
}
