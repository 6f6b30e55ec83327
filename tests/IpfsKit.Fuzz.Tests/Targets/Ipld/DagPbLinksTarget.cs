using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Ipld;

/// <summary>The links of a dag-pb block as every walk reads them: names need not be text.</summary>
internal sealed class DagPbLinksTarget : ThrowingTarget
{
    private readonly DagPbCodec _codec = new();
    private readonly List<Cid> _links = new(1024);

    public override string Name => "dag-pb-links";

    public override IEnumerable<byte[]> Seeds => [.. DagPbSeeds.All, WithNameThatIsNoText()];

    /// <summary>A list that grows: a link takes at least eight bytes.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (32 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input)
    {
        _links.Clear();
        _codec.ReadLinks(input, _links);
    }

    protected override bool IsDeclared(Exception exception) => exception is CodecException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => DagPbHead.IsValid(input);

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        // The decoder takes the same blocks and sees the same links, but for names.
        Decode(input);
        try
        {
            Assert.Equal(DagPbCodec.DecodeNode(input).Links.Select(link => link.Hash), _links);
        }
        catch (CodecException exception)
        {
            Assert.Contains("Name is not UTF-8", exception.Message, StringComparison.Ordinal);
        }
    }

    private static byte[] WithNameThatIsNoText()
    {
        var block = DagPbSeeds.All[3].ToArray();
        block[block.AsSpan().IndexOf("name-"u8)] = 0xff;
        return block;
    }
}
