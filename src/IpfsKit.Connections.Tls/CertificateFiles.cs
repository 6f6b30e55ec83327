using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IpfsKit.Connections.Tls;

/// <summary>Certificates from files.</summary>
internal static class CertificateFiles
{
    /// <summary>The certificate of this process, with its private key.</summary>
    /// <exception cref="CryptographicException">It is not one, its password is another, or it has no key.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static X509Certificate2 LoadOwn(ClusterTlsOptions options)
    {
        var path = options.CertificatePath!;
        var certificate = X509Certificate2.GetCertContentType(path) == X509ContentType.Pkcs12
            ? X509CertificateLoader.LoadPkcs12FromFile(path, options.CertificatePassword)
            : options.CertificatePassword is { } password
                ? X509Certificate2.CreateFromEncryptedPemFile(path, password, options.CertificateKeyPath)
                : X509Certificate2.CreateFromPemFile(path, options.CertificateKeyPath);
        if (certificate.HasPrivateKey)
            return certificate;
        certificate.Dispose();
        throw new CryptographicException("there is no private key with it");
    }

    /// <summary>The certificates of a file, at least one.</summary>
    /// <exception cref="CryptographicException">It has none.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static X509Certificate2Collection LoadTrusted(string path)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(path);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("there is no certificate in it");
    }
}
