using CsCheck;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Tests.Codecs;

/// <summary>Random values of the data model.</summary>
internal static class IpldGen
{
    public static Gen<Cid> Cids { get; } = Gen.OneOf(
        Gen.Byte.Array[32].Select(d => Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Sha2_256, d))),
        Gen.Byte.Array[32].Select(d => Cid.CreateV0(new Multihash(Multicodec.Sha2_256, d))),
        Gen.Byte.Array[64].Select(d => Cid.CreateV1(Multicodec.DagCbor, new Multihash(Multicodec.Sha2_512, d))),
        Gen.Byte.Array[0, 128].Select(d => Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Identity, d))));

    /// <summary>Valid Unicode of all lengths of UTF-8, with characters that JSON escapes.</summary>
    public static Gen<string> Text { get; } = Gen.OneOf(
            Gen.Int[0, 0x7f], Gen.Int[0, 0x7f], Gen.Int[0x80, 0x7ff], Gen.Int[0x800, 0xd7ff], Gen.Int[0xe000, 0xffff], Gen.Int[0x10000, 0x10ffff])
        .Select(char.ConvertFromUtf32).Array[0, 12].Select(string.Concat);

    public static Gen<Int128> Integers { get; } = Gen.Select(Gen.OneOf(Gen.ULong, Gen.UInt.Select(u => (ulong)u), Gen.ULong[0, 300]), Gen.Bool)
        .Select((n, negative) => negative ? -1 - (Int128)n : n);

    public static Gen<IpldNode> Nodes { get; } = Gen.Recursive<IpldNode>((depth, node) =>
    {
        var leaf = Gen.OneOf<IpldNode>(
            Gen.Const<IpldNode>(IpldNode.Null.Value),
            Gen.Bool.Select(b => (IpldNode)new IpldNode.Boolean(b)),
            Integers.Select(i => (IpldNode)new IpldNode.Integer(i)),
            Gen.Double.Where(double.IsFinite).Select(d => (IpldNode)new IpldNode.Float(d)),
            Text.Select(s => (IpldNode)new IpldNode.String(s)),
            Gen.Byte.Array[0, 40].Select(b => (IpldNode)new IpldNode.Bytes(b)),
            Cids.Select(c => (IpldNode)new IpldNode.Link(c)));
        if (depth > 4)
            return leaf;
        return Gen.Frequency(
            (3, leaf),
            (1, node.Array[0, 6].Select(items => (IpldNode)new IpldNode.List(items))),
            (1, Gen.Select(Text, node).Array[0, 6].Select(entries => (IpldNode)new IpldNode.Map(
                [.. entries.DistinctBy(e => e.Item1).Select(e => new KeyValuePair<string, IpldNode>(e.Item1, e.Item2))]))));
    });

    /// <summary>Whether dag-json has a form for it: maps must not look like links or bytes.</summary>
    public static bool HasJsonForm(IpldNode node) => node switch
    {
        IpldNode.List list => list.Items.All(HasJsonForm),
        IpldNode.Map map => map.Entries.All(e => e.Key != "/" && HasJsonForm(e.Value)),
        _ => true,
    };

    public static IEnumerable<Cid> LinksOf(IpldNode node) => node switch
    {
        IpldNode.Link link => [link.Cid],
        IpldNode.List list => list.Items.SelectMany(LinksOf),
        IpldNode.Map map => map.Entries.SelectMany(e => LinksOf(e.Value)),
        _ => [],
    };
}
