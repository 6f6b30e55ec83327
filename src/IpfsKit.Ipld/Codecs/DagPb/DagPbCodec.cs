using System.Buffers;
using System.Runtime.InteropServices;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs.DagPb;

/// <summary>The dag-pb codec: the nodes of UnixFS.</summary>
/// <remarks>
/// <para>Decoding is strict (the rules are at the head of <c>DagPbReader</c>) and copies nothing but names. Every accepted block encodes to its
/// own bytes, except that data which came before the links is written after them: the spec has readers accept both orders.</para>
/// <para>Stateless and safe to share. Spec: <see href="https://ipld.io/specs/codecs/dag-pb/spec/"/>.</para>
/// </remarks>
public sealed class DagPbCodec : IIpldCodec
{
    /// <inheritdoc/>
    public Multicodec Code => Multicodec.DagPb;

    /// <summary>Decodes a block strictly.</summary>
    /// <param name="data">The block; the node's data points into it.</param>
    /// <exception cref="CodecException">The bytes are not valid, or a name is not UTF-8.</exception>
    public static DagPbNode DecodeNode(ReadOnlyMemory<byte> data)
    {
        // Counting first costs one pass over the keys and saves growing a list of 80-byte links.
        var count = 0;
        ReadOnlyMemory<byte>? bytes = null;
        var reader = new DagPbReader(data.Span);
        while (reader.Read())
        {
            if (reader.IsLink)
                count++;
            else
                bytes = data.Slice(reader.Start, reader.Payload.Length);
        }

        if (count == 0)
            return new DagPbNode(bytes, []);
        var links = new DagPbLink[count];
        var index = 0;
        reader = new DagPbReader(data.Span);
        while (reader.Read())
        {
            if (!reader.IsLink)
                continue;
            reader.ReadLink(out var hash, out var nameBytes, out var hasName, out var tsize);
            string? name = null;
            if (hasName && !StrictUtf8.TryGetString(nameBytes, out name))
                throw DagPbReader.Invalid("a link's Name is not UTF-8");
            links[index++] = new DagPbLink(hash, name, tsize);
        }

        return new DagPbNode(bytes, ImmutableCollectionsMarshal.AsImmutableArray(links));
    }

    /// <summary>The length in bytes of the node's block.</summary>
    /// <exception cref="CodecException">A link has no CID or its name is not text.</exception>
    public static int GetEncodedBytes(DagPbNode node) => DagPbWriter.GetNodeBytes(node);

    /// <summary>Encodes a node; links are written in the given order, which for a new node should be that of <see cref="CompareNames"/>.</summary>
    /// <exception cref="CodecException">A link has no CID or its name is not text.</exception>
    public static void EncodeNode(DagPbNode node, IBufferWriter<byte> output) => DagPbWriter.WriteNode(node, output);

    /// <summary>The spec's order of links: by the bytes of their names, an absent name as an empty one; sort stably.</summary>
    public static int CompareNames(string? left, string? right) => Utf8Order.Compare(left ?? "", right ?? "");

    /// <inheritdoc/>
    public IpldNode Decode(ReadOnlyMemory<byte> data) => DagPbDataModel.ToIpld(DecodeNode(data));

    /// <inheritdoc/>
    /// <remarks>The node must have the form of the spec's schema, its links in the order of <see cref="CompareNames"/>: they are refused rather than
    /// reordered, so that what is written is what was given. <see cref="EncodeNode"/> writes any order, as old blocks have it.</remarks>
    public void Encode(IpldNode node, IBufferWriter<byte> output) => EncodeNode(DagPbDataModel.FromIpld(node), output);

    /// <inheritdoc/>
    /// <remarks>Names are not looked at: a DAG that holds names which are not UTF-8 can still be walked, pinned and moved.</remarks>
    public void ReadLinks(ReadOnlyMemory<byte> data, ICollection<Cid> links)
    {
        ArgumentNullException.ThrowIfNull(links);
        var reader = new DagPbReader(data.Span);
        while (reader.Read())
        {
            if (!reader.IsLink)
                continue;
            reader.ReadLink(out var hash, out _, out _, out _);
            links.Add(hash);
        }
    }
}
