using System.Buffers;
using System.Text;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Tests.Codecs;

/// <summary>Shorthand of the codec tests.</summary>
internal static class CodecAssert
{
    public static byte[] Encode(Multicodec codec, IpldNode node)
    {
        var output = new ArrayBufferWriter<byte>();
        IpldCodecs.Default.Get(codec).Encode(node, output);
        return output.WrittenSpan.ToArray();
    }

    public static IpldNode Decode(Multicodec codec, byte[] bytes) => IpldCodecs.Default.Get(codec).Decode(bytes);

    public static List<Cid> Links(Multicodec codec, byte[] bytes)
    {
        var links = new List<Cid>();
        IpldCodecs.Default.Get(codec).ReadLinks(bytes, links);
        return links;
    }

    public static void Refuses(Multicodec codec, byte[] bytes, string reason)
    {
        var thrown = Assert.Throws<CodecException>(() => Decode(codec, bytes));
        Assert.Equal(codec, thrown.Codec);
        Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
    }

    public static void RefusesToEncode(Multicodec codec, IpldNode node, string reason)
    {
        var thrown = Assert.Throws<CodecException>(() => Encode(codec, node));
        Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
    }

    public static IpldNode Json(string text) => Decode(Multicodec.DagJson, Encoding.UTF8.GetBytes(text));

    public static string ToJson(IpldNode node) => Encoding.UTF8.GetString(Encode(Multicodec.DagJson, node));

    /// <summary>Lists in lists; the innermost is empty.</summary>
    public static IpldNode Nested(int depth)
    {
        IpldNode node = new IpldNode.List([]);
        for (var i = 1; i < depth; i++)
            node = new IpldNode.List([node]);
        return node;
    }
}
