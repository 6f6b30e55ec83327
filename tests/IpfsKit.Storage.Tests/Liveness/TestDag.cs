using IpfsKit.Ipld;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Tests.Liveness;

/// <summary>Makes blocks that link to others.</summary>
internal static class TestDag
{
    /// <summary>A dag-cbor block that links to others; the number makes it different from others with the same links.</summary>
    public static Block Node(int number, params ReadOnlySpan<Cid> links)
    {
        var items = new List<IpldNode> { new IpldNode.Integer(number) };
        foreach (var link in links)
            items.Add(new IpldNode.Link(link));
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        IpldCodecs.Default.Get(Multicodec.DagCbor).Encode(new IpldNode.List(items), bytes);
        return Block.Create(Multicodec.DagCbor, bytes.WrittenMemory.ToArray());
    }
}
