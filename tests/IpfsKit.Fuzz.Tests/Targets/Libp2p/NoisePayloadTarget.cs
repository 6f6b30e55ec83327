using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security.Noise;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>What a peer says of itself in the Noise handshake.</summary>
internal sealed class NoisePayloadTarget : ThrowingTarget
{
    private static readonly byte[] StaticKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public override string Name => "noise-payload";

    public override IEnumerable<byte[]> Seeds { get; } = [Create(KeyType.Ed25519, []), Create(KeyType.Secp256k1, ["/yamux/1.0.0", "/mplex/6.7.0"]), Create(KeyType.Ecdsa, ["/yamux/1.0.0"])];

    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (128 * 1024) + (64 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => NoisePayload.Open(input.Span, StaticKey);

    protected override bool IsDeclared(Exception exception) => exception is NoiseHandshakeException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => input.Length > 4 && input[0] == 0x0a && input[2] == 0x08 && input[3] <= 3;

    private static byte[] Create(KeyType type, string[] muxers)
    {
        using var key = PrivateKey.Generate(type);
        return NoisePayload.Encode(key.PublicKey, NoisePayload.SignStaticKey(key, StaticKey), muxers);
    }
}
