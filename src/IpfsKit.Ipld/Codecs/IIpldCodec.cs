using System.Buffers;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs;

/// <summary>One block format: bytes to and from the IPLD data model.</summary>
/// <remarks>Implementations are stateless and strict: what they accept, they would write back byte for byte. Memory use is bounded by a constant times the input.</remarks>
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
    /// <exception cref="CodecException">The bytes are not valid.</exception>
    void ReadLinks(ReadOnlyMemory<byte> data, ICollection<Cid> links);
}
