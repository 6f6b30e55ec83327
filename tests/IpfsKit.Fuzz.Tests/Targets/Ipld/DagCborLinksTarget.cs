using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Codecs.DagCbor;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Ipld;

/// <summary>The links of a dag-cbor block, which are read more tolerantly than the block.</summary>
internal sealed class DagCborLinksTarget : ThrowingTarget
{
    private readonly DagCborCodec _codec = new();
    private readonly List<Cid> _links = new(1024);

    public override string Name => "dag-cbor-links";

    public override IEnumerable<byte[]> Seeds => IpldSeeds.Encode(_codec);

    /// <summary>A list that grows: a link takes at least seven bytes.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (32 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input)
    {
        _links.Clear();
        _codec.ReadLinks(input, _links);
    }

    protected override bool IsDeclared(Exception exception) => exception is CodecException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => CborHead.IsValid(input);
}
