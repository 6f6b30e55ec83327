using System.Buffers;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Tests.Support;

/// <summary>Small DAGs.</summary>
internal static class TestTrees
{
    /// <summary>A dag-cbor block that links to others.</summary>
    public static Block Node(string name, params Block[] children)
    {
        var node = new IpldNode.Map(
        [
            new("name", new IpldNode.String(name)),
            new("children", new IpldNode.List([.. children.Select(child => new IpldNode.Link(child.Cid))])),
        ]);
        var data = new ArrayBufferWriter<byte>();
        IpldCodecs.Default.Get(Multicodec.DagCbor).Encode(node, data);
        return Block.Create(Multicodec.DagCbor, data.WrittenMemory);
    }
}
