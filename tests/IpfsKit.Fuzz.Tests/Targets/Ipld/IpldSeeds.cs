using System.Buffers;
using IpfsKit.Fuzz.Tests.Targets.Multiformats;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Ipld;

/// <summary>Values of the data model of every kind, and their blocks in any codec that has a form for them.</summary>
internal static class IpldSeeds
{
    public static IReadOnlyList<IpldNode> All { get; } =
    [
        IpldNode.Null.Value,
        new IpldNode.Boolean(true),
        .. new Int128[] { 0, 23, 24, 255, 256, 65536, uint.MaxValue, ulong.MaxValue, -1, -25, -(Int128)ulong.MaxValue - 1 }.Select(value => new IpldNode.Integer(value)),
        .. new[] { 0.0, -0.0, 1.5, -1e300, 5e-324, 1e21 }.Select(value => new IpldNode.Float(value)),
        new IpldNode.String("text é 中 \ud83d\ude00 \"\\\n"),
        new IpldNode.Bytes(new byte[] { 0, 1, 255 }),
        .. CidSeeds.All.Select(cid => new IpldNode.Link(cid)),
        new IpldNode.List([.. Enumerable.Range(0, 30).Select(i => new IpldNode.Integer(i))]),
        Map(("", IpldNode.Null.Value), ("a", new IpldNode.Link(CidSeeds.All[1])), ("bb", new IpldNode.List([new IpldNode.Float(2.5), new IpldNode.Boolean(false)])), ("é", Map(("x", new IpldNode.Bytes("bytes"u8.ToArray()))))),
        Map([.. Enumerable.Range(0, 40).Select(i => ($"k{i}", (IpldNode)new IpldNode.String($"v{i}")))]),
        Nest(200),
    ];

    public static IEnumerable<byte[]> Encode(IIpldCodec codec) => All.Select(node =>
    {
        var output = new ArrayBufferWriter<byte>();
        codec.Encode(node, output);
        return output.WrittenSpan.ToArray();
    });

    public static IEnumerable<Cid> LinksOf(IpldNode node) => node switch
    {
        IpldNode.Link link => [link.Cid],
        IpldNode.List list => list.Items.SelectMany(LinksOf),
        IpldNode.Map map => map.Entries.SelectMany(entry => LinksOf(entry.Value)),
        _ => [],
    };

    private static IpldNode.Map Map(params (string Key, IpldNode Value)[] entries) => new([.. entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value))]);

    private static IpldNode Nest(int depth)
    {
        IpldNode node = new IpldNode.List([]);
        for (var i = 0; i < depth; i++)
            node = i % 2 == 0 ? Map(("d", node)) : new IpldNode.List([node]);
        return node;
    }
}
