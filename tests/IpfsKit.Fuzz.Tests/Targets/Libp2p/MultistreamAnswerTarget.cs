using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Negotiation;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>What a listener answers to a dialer with two proposals.</summary>
internal sealed class MultistreamAnswerTarget : ThrowingTarget
{
    private static readonly string[] Proposals = ["/echo/1.0.0", "/chat/1.2.0"];

    public override string Name => "multistream-answer";

    public override IEnumerable<byte[]> Seeds =>
    [
        "\x13/multistream/1.0.0\n\x0c/echo/1.0.0\n"u8.ToArray(),
        "\x13/multistream/1.0.0\n\x03na\n\x0c/chat/1.2.0\nand more"u8.ToArray(),
    ];

    public override long GetAllowedBytes(int inputBytes) => (3 * ExceptionBytes) + (8 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => Select(input);

    protected override bool IsDeclared(Exception exception) => exception is NegotiationFailedException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => input.StartsWith(MultistreamCodec.Header);

    public override void Recheck(ReadOnlyMemory<byte> input) => Assert.Contains(Select(input), Proposals);

    private static string Select(ReadOnlyMemory<byte> input) => MultistreamSelect.SelectAsync(new NegotiationBytes(input), Proposals, CancellationToken.None).AsTask().GetAwaiter().GetResult();
}
