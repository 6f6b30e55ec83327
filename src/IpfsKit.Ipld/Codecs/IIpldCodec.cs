using System.Buffers;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs;

/// <summary>One block format: bytes to and from the IPLD data model.</summary>
/// <remarks>
/// Implementations are stateless, safe to share and as strict as their spec has them be; where a decoded block does not encode to its own bytes, the codec
/// says so. Memory use is bounded by a constant times the input, nesting by <see cref="CodecLimits.MaxDepth"/>. Decoded bytes may point into the input.
/// </remarks>
public interface IIpldCodec
{
    /// <summary>The codec's code in a CID.</summary>
    Multicodec Code { get; }

    /// <summary>Decodes a block.</summary>
    /// <exception cref="CodecException">The bytes are not valid.</exception>
    IpldNode Decode(ReadOnlyMemory<byte> data);

    /// <summary>Encodes a node.</summary>
    /// <exception cref="CodecException">The node has no form in this codec.</exception>
    void Encode(IpldNode node, IBufferWriter<byte> output);

    /// <summary>Appends the links of a block in the order in which a depth-first walk follows them, without building nodes.</summary>
    /// <remarks>
    /// Whatever <see cref="Decode"/> accepts has the same links here. Looser than it where a codec says so: blocks that historical encoders wrote can
    /// still be walked, pinned and moved. After an exception, some links may have been appended.
    /// </remarks>
    /// <exception cref="CodecException">The bytes are not valid.</exception>
    void ReadLinks(ReadOnlyMemory<byte> data, ICollection<Cid> links);
}
