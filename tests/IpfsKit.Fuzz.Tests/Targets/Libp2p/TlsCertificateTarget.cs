using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security.Tls;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>A certificate as a peer shows it in the TLS handshake.</summary>
internal sealed class TlsCertificateTarget : ThrowingTarget
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    public override string Name => "tls-certificate";

    public override IEnumerable<byte[]> Seeds { get; } = [Create(KeyType.Ed25519), Create(KeyType.Ecdsa)];

    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (128 * 1024) + (32 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => TlsPeerCertificate.Verify(input, Now);

    protected override bool IsDeclared(Exception exception) => exception is TlsCertificateException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => input.Length > 4 && input[0] == 0x30 && input[1] == 0x82 && input[4] == 0x30;

    private static byte[] Create(KeyType type)
    {
        using var key = PrivateKey.Generate(type);
        using var certificate = TlsCertificate.Create(key, TimeProvider.System);
        return certificate.RawData.ToArray();
    }
}
