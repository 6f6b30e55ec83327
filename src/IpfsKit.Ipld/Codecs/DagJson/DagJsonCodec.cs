using System.Buffers;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs.DagJson;

/// <summary>The dag-json codec.</summary>
/// <remarks>
/// <para>Encoding is canonical: keys sorted by their bytes, no whitespace, floats always with a decimal point or an exponent and otherwise written as
/// ECMAScript writes them, only the escapes that JSON demands. Decoding follows the spec, which asks readers to take any order of keys, whitespace and
/// number form, as people write them; <c>requireCanonical</c> makes a codec that takes nothing but canonical blocks.</para>
/// <para>Always refused: a key twice, integers outside -2^64 to 2^64 - 1, numbers that no finite double holds, lone surrogates, bytes with padding or stray bits,
/// links that are neither base58 version 0 nor base32 version 1, the forms that the reserved namespace forbids, anything after the value, and
/// lists and maps deeper than <see cref="CodecLimits.MaxDepth"/>. Stateless and safe to share. Spec: <see href="https://ipld.io/specs/codecs/dag-json/spec/"/>.</para>
/// </remarks>
/// <param name="requireCanonical">Whether <see cref="Decode"/> refuses blocks that do not encode to their own bytes.</param>
public sealed class DagJsonCodec(bool requireCanonical = false) : IIpldCodec
{
    /// <inheritdoc/>
    public Multicodec Code => Multicodec.DagJson;

    /// <inheritdoc/>
    public IpldNode Decode(ReadOnlyMemory<byte> data)
    {
        var node = DagJsonDecoder.Decode(data.Span);
        if (requireCanonical)
        {
            var canonical = new ArrayBufferWriter<byte>(data.Length + 1);
            Encode(node, canonical);
            var at = canonical.WrittenSpan.CommonPrefixLength(data.Span);
            if (at != data.Length || at != canonical.WrittenCount)
                throw new CodecException(Multicodec.DagJson, $"the block is not in canonical form (offset {at})");
        }

        return node;
    }

    /// <inheritdoc/>
    public void Encode(IpldNode node, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(output);
        new DagJsonEncoder(output).Write(node, depth: 0);
    }

    /// <inheritdoc/>
    /// <remarks>dag-json links cannot be told from maps without parsing both, so this decodes the block.</remarks>
    public void ReadLinks(ReadOnlyMemory<byte> data, ICollection<Cid> links)
    {
        ArgumentNullException.ThrowIfNull(links);
        AddLinks(DagJsonDecoder.Decode(data.Span), links);
    }

    private static void AddLinks(IpldNode node, ICollection<Cid> links)
    {
        switch (node)
        {
            case IpldNode.Link link:
                links.Add(link.Cid);
                break;
            case IpldNode.List list:
                foreach (var item in list.Items)
                    AddLinks(item, links);
                break;
            case IpldNode.Map map:
                foreach (var (_, value) in map.Entries)
                    AddLinks(value, links);
                break;
        }
    }
}
