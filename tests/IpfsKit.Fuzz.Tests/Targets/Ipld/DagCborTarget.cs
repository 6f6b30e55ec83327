using System.Buffers;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Codecs.DagCbor;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Ipld;

/// <summary>A dag-cbor block, decoded.</summary>
internal sealed class DagCborTarget : ThrowingTarget
{
    private readonly DagCborCodec _codec = new();

    public override string Name => "dag-cbor";

    public override IEnumerable<byte[]> Seeds => IpldSeeds.Encode(_codec);

    /// <summary>An entry of two bytes becomes a key, a value and a place in a list.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (128 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => _codec.Decode(input);

    protected override bool IsDeclared(Exception exception) => exception is CodecException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => CborHead.IsValid(input);

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        var node = _codec.Decode(input);
        var output = new ArrayBufferWriter<byte>();
        _codec.Encode(node, output);
        Assert.Equal(input.ToArray(), output.WrittenSpan.ToArray());
        var links = new List<Cid>();
        _codec.ReadLinks(input, links);
        Assert.Equal(IpldSeeds.LinksOf(node), links);
    }
}
