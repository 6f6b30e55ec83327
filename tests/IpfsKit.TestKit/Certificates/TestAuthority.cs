using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IpfsKit.TestKit.Certificates;

/// <summary>A certificate authority of a test, and the files with what it issues.</summary>
public sealed class TestAuthority : IDisposable
{
    /// <summary>The password of all PKCS#12 files.</summary>
    public const string Password = "test password";

    private readonly string _directory;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    /// <summary>Makes one.</summary>
    /// <param name="directory">Where its files go.</param>
    /// <param name="name">Its name, also in those of the files.</param>
    public TestAuthority(string directory, string name)
    {
        (_directory, Name) = (directory, name);
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        TrustPath = Path.Combine(directory, $"{name}-ca.pem");
        File.WriteAllText(TrustPath, _certificate.ExportCertificatePem());
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The PEM file with its certificate.</summary>
    public string TrustPath { get; }

    /// <summary>Issues a certificate and gives the PKCS#12 file with it and its key.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="until">When it ends; by default not soon.</param>
    public string Issue(string name, DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var issued = request.Create(_certificate, DateTimeOffset.UnixEpoch, until ?? DateTimeOffset.UnixEpoch.AddYears(199), RandomNumberGenerator.GetBytes(8));
        using var whole = issued.CopyWithPrivateKey(key);
        var path = Path.Combine(_directory, $"{Name}-{name}.pfx");
        File.WriteAllBytes(path, whole.Export(X509ContentType.Pkcs12, Password));
        return path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }
}
