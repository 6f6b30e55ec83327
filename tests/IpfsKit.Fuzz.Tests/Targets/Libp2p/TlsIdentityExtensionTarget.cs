using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security.Tls;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>The extension in a certificate that is otherwise in order.</summary>
internal sealed class TlsIdentityExtensionTarget : ThrowingTarget
{
    private static readonly byte[] CertificateKey = new byte[91];

    public override string Name => "tls-identity-extension";

    public override IEnumerable<byte[]> Seeds { get; } = [Create(KeyType.Ed25519), Create(KeyType.Secp256k1)];

    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (128 * 1024) + (16 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => TlsIdentityExtension.Open(input.Span, CertificateKey);

    protected override bool IsDeclared(Exception exception) => exception is TlsCertificateException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => input.Length > 2 && input[0] == 0x30 && input[2] == 0x04;

    private static byte[] Create(KeyType type)
    {
        using var key = PrivateKey.Generate(type);
        return TlsIdentityExtension.Create(key, CertificateKey);
    }
}
