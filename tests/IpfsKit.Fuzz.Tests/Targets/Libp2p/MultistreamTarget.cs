using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Negotiation;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>What a dialer proposes to a listener.</summary>
internal sealed class MultistreamTarget : ThrowingTarget
{
    private static readonly ProtocolMatcher[] Table =
        [ProtocolMatcher.Exact("/echo/1.0.0"), ProtocolMatcher.SemanticVersion("/chat/1.2.0"), ProtocolMatcher.Predicate("/any", text => text.EndsWith("/any", StringComparison.Ordinal))];

    public override string Name => "multistream";

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return "\x13/multistream/1.0.0\n\x0c/echo/1.0.0\n"u8.ToArray();
            yield return "\x13/multistream/1.0.0\n\x0c/none/1.0.0\n\x03ls\n\x0c/chat/1.0.3\n"u8.ToArray();
            yield return "\x13/multistream/1.0.0\n\x0a/some/any\n\x0amore behind"u8.ToArray();
            yield return [.. MultistreamCodec.Header, 0x80, 0x08, .. Enumerable.Repeat((byte)'a', 1023), (byte)'\n', .. "\x0c/echo/1.0.0\n"u8];
        }
    }

    /// <summary>Two exceptions, of which each passes several methods; strings of what was proposed and the answers.</summary>
    public override long GetAllowedBytes(int inputBytes) => (3 * ExceptionBytes) + (8 * inputBytes) + (MultistreamSelect.MaxProposals * 512);

    protected override void Decode(ReadOnlyMemory<byte> input) => MultistreamSelect.HandleAsync(new NegotiationBytes(input), Table, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    protected override bool IsDeclared(Exception exception) => exception is NegotiationFailedException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => input.StartsWith(MultistreamCodec.Header);
}
