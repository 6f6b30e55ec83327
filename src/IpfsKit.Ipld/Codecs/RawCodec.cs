using System.Buffers;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs;

/// <summary>The raw codec: a block is one value of kind bytes and links to nothing.</summary>
/// <remarks>Stateless and safe to share. Copies nothing on decoding: the node's bytes are the block's.</remarks>
public sealed class RawCodec : IIpldCodec
{
    /// <inheritdoc/>
    public Multicodec Code => Multicodec.Raw;

    /// <inheritdoc/>
    public IpldNode Decode(ReadOnlyMemory<byte> data) => new IpldNode.Bytes(data);

    /// <inheritdoc/>
    public void Encode(IpldNode node, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(output);
        if (node is not IpldNode.Bytes bytes)
            throw new CodecException(Multicodec.Raw, $"only bytes have a raw form, not {node.Kind}");
        output.Write(bytes.Value.Span);
    }

    /// <inheritdoc/>
    public void ReadLinks(ReadOnlyMemory<byte> data, ICollection<Cid> links)
    {
    }
}
