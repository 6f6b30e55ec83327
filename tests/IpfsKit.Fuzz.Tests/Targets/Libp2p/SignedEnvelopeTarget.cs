using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Records;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>A signed envelope as peers pass it on.</summary>
internal sealed class SignedEnvelopeTarget : ThrowingTarget
{
    private const string Domain = "fuzz";

    public override string Name => "signed-envelope";

    public override IEnumerable<byte[]> Seeds { get; } = [Create(KeyType.Ed25519), Create(KeyType.Secp256k1)];

    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (128 * 1024) + (16 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => SignedEnvelope.Open(input.Span, Domain);

    protected override bool IsDeclared(Exception exception) => exception is RecordException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => input.Length > 4 && input[0] == 0x0a && input[2] == 0x08 && input[3] <= 3;

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        var opened = SignedEnvelope.Open(input.Span, Domain);
        Assert.Equal("payload"u8.ToArray(), opened.Payload.ToArray());
        Assert.Equal("type"u8.ToArray(), opened.PayloadType.ToArray());
    }

    private static byte[] Create(KeyType type)
    {
        using var key = PrivateKey.Generate(type);
        return SignedEnvelope.Seal(key, Domain, "type"u8, "payload"u8).Encoded.ToArray();
    }
}
