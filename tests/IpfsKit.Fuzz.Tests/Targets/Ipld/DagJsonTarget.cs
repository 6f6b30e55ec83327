using System.Buffers;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Ipld.Codecs.DagJson;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Ipld;

/// <summary>A dag-json block.</summary>
internal sealed class DagJsonTarget : ThrowingTarget
{
    private readonly DagJsonCodec _codec = new();
    private readonly DagJsonCodec _canonical = new(requireCanonical: true);

    public override string Name => "dag-json";

    public override IEnumerable<byte[]> Seeds =>
    [
        .. IpldSeeds.Encode(_codec),
        TextInput.ToBytes(" [ 1 , 2.50e1,\t-0 ]\r\n"),
        TextInput.ToBytes("""{"b":1,"a":"\u00e9\ud83d\ude00\/"}"""),
        TextInput.ToBytes("""{"/":{"bytes":"AQI"}}"""),
    ];

    /// <summary>An entry of five bytes becomes a key, a value and a place in a list; the reader and its buffers.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (128 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => _codec.Decode(input);

    protected override bool IsDeclared(Exception exception) => exception is CodecException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input)
    {
        input = input.TrimStart(" \t\r\n"u8);
        return !input.IsEmpty && "{[\"-0123456789tfn"u8.Contains(input[0]);
    }

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        // What is written is canonical, says the same, and is the only thing that the strict codec takes.
        var node = _codec.Decode(input);
        if (!HasForm(node))
        {
            Assert.Throws<CodecException>(() => Encode(node));
            return;
        }

        var canonical = Encode(node);
        var again = _canonical.Decode(canonical);
        Assert.Equal(node, again);
        Assert.Equal(canonical, Encode(again));
        var links = new List<Cid>();
        _codec.ReadLinks(canonical, links);
        Assert.Equal(IpldSeeds.LinksOf(again), links);
        if (!input.Span.SequenceEqual(canonical))
            Assert.Throws<CodecException>(() => _canonical.Decode(input));
    }

    /// <summary>Whether no map looks like a link or bytes once its keys are sorted. Decoding goes by the order of the block, so such maps come out of it.</summary>
    private static bool HasForm(IpldNode node) => node switch
    {
        IpldNode.List list => list.Items.All(HasForm),
        IpldNode.Map map => map.Entries.All(entry => HasForm(entry.Value)) && !(FirstIs(map, "/", out var value)
            && (value is IpldNode.String || (value is IpldNode.Map inner && FirstIs(inner, "bytes", out var bytes) && bytes is IpldNode.String))),
        _ => true,
    };

    private static bool FirstIs(IpldNode.Map map, string key, out IpldNode? value)
    {
        var first = map.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).FirstOrDefault();
        value = first.Value;
        return first.Key == key;
    }

    private byte[] Encode(IpldNode node)
    {
        var output = new ArrayBufferWriter<byte>();
        _codec.Encode(node, output);
        return output.WrittenSpan.ToArray();
    }
}
