using System.Buffers;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs.DagPb;

/// <summary>The dag-pb codec.</summary>
public sealed class DagPbCodec : IIpldCodec
{
    /// <inheritdoc/>
    public Multicodec Code => Multicodec.DagPb;

    /// <summary>Decodes a block strictly.</summary>
    /// <exception cref="CodecException">The bytes are not valid.</exception>
    public static DagPbNode DecodeNode(ReadOnlyMemory<byte> data) => throw new NotImplementedException();

    /// <summary>Encodes a node; links are written in the given order.</summary>
    public static void EncodeNode(DagPbNode node, IBufferWriter<byte> output) => throw new NotImplementedException();

    /// <inheritdoc/>
    public IpldNode Decode(ReadOnlyMemory<byte> data) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Encode(IpldNode node, IBufferWriter<byte> output) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void ReadLinks(ReadOnlyMemory<byte> data, ICollection<Cid> links) => throw new NotImplementedException();
}
