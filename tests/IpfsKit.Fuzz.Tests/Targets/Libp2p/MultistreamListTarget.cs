using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Negotiation;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>What a listener answers to <c>ls</c>.</summary>
internal sealed class MultistreamListTarget : ThrowingTarget
{
    public override string Name => "multistream-list";

    public override IEnumerable<byte[]> Seeds =>
    [
        [.. MultistreamCodec.Header, .. MultistreamCodec.EncodeList([])],
        [.. MultistreamCodec.Header, .. MultistreamCodec.EncodeList(["/echo/1.0.0", "/ipfs/id/1.0.0", "/ipfs/ping/1.0.0"])],
        [.. MultistreamCodec.Header, .. MultistreamCodec.EncodeList(Enumerable.Range(0, 40).Select(i => $"/a/{i}"))],
    ];

    /// <summary>A line of two bytes becomes a string and its place in a list that grows.</summary>
    public override long GetAllowedBytes(int inputBytes) => (3 * ExceptionBytes) + (64 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => List(input);

    protected override bool IsDeclared(Exception exception) => exception is NegotiationFailedException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => input.StartsWith(MultistreamCodec.Header);

    public override void Recheck(ReadOnlyMemory<byte> input) => Assert.All(List(input), protocol => Assert.InRange(protocol.Length, 1, MultistreamCodec.MaxLineBytes - 1));

    private static IReadOnlyList<string> List(ReadOnlyMemory<byte> input) => MultistreamSelect.ListAsync(new NegotiationBytes(input), CancellationToken.None).AsTask().GetAwaiter().GetResult();
}
