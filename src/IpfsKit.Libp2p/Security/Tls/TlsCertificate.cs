using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IpfsKit.Libp2p.Identities;

namespace IpfsKit.Libp2p.Security.Tls;

/// <summary>This side's certificate: self-signed by a new key on P-256, and vouched for by the identity.</summary>
internal sealed class TlsCertificate : IDisposable
{
    // As in go-libp2p: clocks that are an hour apart still agree, and no process lives longer.
    private static readonly TimeSpan Before = TimeSpan.FromHours(1);
    private const int Years = 100;

    private readonly X509Certificate2 _certificate;

    private TlsCertificate(X509Certificate2 certificate)
    {
        _certificate = certificate;
        Context = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
    }

    /// <summary>What handshakes send: the certificate alone.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>The certificate in DER.</summary>
    public ReadOnlyMemory<byte> RawData => _certificate.RawDataMemory;

    public static TlsCertificate Create(PrivateKey identity, TimeProvider timeProvider)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=libp2p", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension(TlsIdentityExtension.Oid, TlsIdentityExtension.Create(identity, key.ExportSubjectPublicKeyInfo()), critical: false));
        var now = timeProvider.GetUtcNow();
        var certificate = request.CreateSelfSigned(now - Before, now.AddYears(Years));
        if (!OperatingSystem.IsWindows())
            return new TlsCertificate(certificate);
        // Windows' TLS takes keys from its store only, and importing puts them there.
        using (certificate)
            return new TlsCertificate(X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null));
    }

    public void Dispose() => _certificate.Dispose();
}
