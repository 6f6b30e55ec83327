using System.Buffers;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs.DagCbor;

/// <summary>The dag-cbor codec.</summary>
/// <remarks>
/// <para>Decoding is strict: what is accepted is canonical and encodes to its own bytes. Reading links is tolerant where the spec allows it
/// (order of keys, heads that are not the shortest, short floats), so that DAGs which historical encoders wrote can be walked.</para>
/// <para>Beyond the spec's rules: text must be UTF-8, and lists and maps nest at most <see cref="CodecLimits.MaxDepth"/> deep. Decoded bytes point into
/// the block. Stateless and safe to share. Spec: <see href="https://ipld.io/specs/codecs/dag-cbor/spec/"/>.</para>
/// </remarks>
public sealed class DagCborCodec : IIpldCodec
{
    /// <inheritdoc/>
    public Multicodec Code => Multicodec.DagCbor;

    /// <inheritdoc/>
    public IpldNode Decode(ReadOnlyMemory<byte> data) => new DagCborDecoder(data, tolerant: false).Decode();

    /// <inheritdoc/>
    public void Encode(IpldNode node, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(output);
        DagCborEncoder.Write(node, output, depth: 0);
    }

    /// <inheritdoc/>
    public void ReadLinks(ReadOnlyMemory<byte> data, ICollection<Cid> links)
    {
        ArgumentNullException.ThrowIfNull(links);
        var reader = new CborReader(data.Span, tolerant: true);
        while (!reader.AtEnd)
        {
            var item = reader.Read();
            if (item.Kind == IpldKind.Link)
                links.Add(DagCborDecoder.ReadCid(ref reader, item));
        }

        reader.EnsureEnd();
    }
}
