using System.Buffers;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Ipld;

/// <summary>A dag-pb block.</summary>
internal sealed class DagPbTarget : ThrowingTarget
{
    private readonly DagPbCodec _codec = new();

    public override string Name => "dag-pb";

    public override IEnumerable<byte[]> Seeds => DagPbSeeds.All;

    /// <summary>A link of 8 bytes becomes a value of about 90.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (16 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => DagPbCodec.DecodeNode(input);

    protected override bool IsDeclared(Exception exception) => exception is CodecException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => DagPbHead.IsValid(input);

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        var node = DagPbCodec.DecodeNode(input);
        var output = new ArrayBufferWriter<byte>();
        DagPbCodec.EncodeNode(node, output);
        if (!input.IsEmpty && input.Span[0] == 0x0a && node.Links.Count > 0)
        {
            // The data came first and is written last: same parts, other order.
            Assert.Equal(input.Length, output.WrittenCount);
            Assert.Equal(node, DagPbCodec.DecodeNode(output.WrittenMemory));
        }
        else
        {
            Assert.Equal(input.ToArray(), output.WrittenSpan.ToArray());
        }

        var links = new List<Cid>();
        _codec.ReadLinks(input, links);
        Assert.Equal(node.Links.Select(link => link.Hash), links);
    }
}
