using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security.Tls;
using IpfsKit.Libp2p.Tests.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Security.Tls;

public sealed class TlsPeerCertificateTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly PrivateKey _identity = PrivateKey.Generate();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Theory]
    [InlineData(SpecCertificates.Ed25519, SpecCertificates.Ed25519Peer)]
    [InlineData(SpecCertificates.Ecdsa, SpecCertificates.EcdsaPeer)]
    [InlineData(SpecCertificates.Secp256k1, SpecCertificates.Secp256k1Peer)]
    public void Verify_ValidCertificateOfTheSpec_IsThatPeers(string hex, string peer) =>
        Assert.Equal(PeerId.Parse(peer), TlsPeerCertificate.Verify(Convert.FromHexString(hex), Now).PeerId);

    [Fact]
    public void Verify_InvalidCertificateOfTheSpec_IsRefused() =>
        AssertRefused("signature in the libp2p extension", Convert.FromHexString(SpecCertificates.Invalid));

    [Theory]
    [InlineData(KeyType.Ed25519)]
    [InlineData(KeyType.Secp256k1)]
    [InlineData(KeyType.Ecdsa)]
    [InlineData(KeyType.Rsa)]
    public void Verify_OwnCertificate_IsAccepted(KeyType type)
    {
        using var identity = PrivateKey.Generate(type);
        using var own = TlsCertificate.Create(identity, TimeProvider.System);

        Assert.Equal(identity.PublicKey, TlsPeerCertificate.Verify(own.RawData, TimeProvider.System.GetUtcNow()));
    }

    [Fact]
    public void Verify_AnyBitTurned_IsRefused()
    {
        var good = Convert.FromHexString(SpecCertificates.Ed25519);
        for (var bit = 0; bit < 8 * good.Length; bit++)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<TlsCertificateException>(() => TlsPeerCertificate.Verify(bad, Now));
        }
    }

    [Fact]
    public void Verify_CutAnywhere_IsRefused()
    {
        var good = Convert.FromHexString(SpecCertificates.Ed25519);
        for (var bytes = 0; bytes < good.Length; bytes++)
            Assert.Throws<TlsCertificateException>(() => TlsPeerCertificate.Verify(good.AsMemory(0, bytes), Now));
        Assert.Throws<TlsCertificateException>(() => TlsPeerCertificate.Verify((byte[])[.. good, 0], Now));
    }

    [Fact]
    public void Verify_OutsideItsTime_IsRefused()
    {
        var certificate = Create(Extension());

        Assert.Equal(_identity.PublicKey, TlsPeerCertificate.Verify(certificate, Now));
        Assert.Equal(_identity.PublicKey, TlsPeerCertificate.Verify(certificate, Now.AddHours(1)));
        AssertRefused("is valid from", certificate, Now.AddHours(1).AddSeconds(1));
        AssertRefused("is valid from", certificate, Now.AddHours(-1).AddSeconds(-1));
    }

    [Fact]
    public void Verify_NoExtension_IsRefused()
    {
        AssertRefused("no extensions", Create());
        AssertRefused("no libp2p extension", Create(new X509BasicConstraintsExtension(false, false, 0, true)));
    }

    [Fact]
    public void Verify_OtherExtensions_AreIgnoredUnlessCriticalAndUnknown()
    {
        Assert.Equal(_identity.PublicKey, TlsPeerCertificate.Verify(Create(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true), Extension(critical: true)), Now));
        Assert.Equal(_identity.PublicKey, TlsPeerCertificate.Verify(Create(new X509Extension("1.2.3.4", [5, 0], critical: false), Extension()), Now));
        AssertRefused("1.2.3.4", Create(new X509Extension("1.2.3.4", [5, 0], critical: true), Extension()));
    }

    [Fact]
    public void Verify_ExtensionOfAnotherKey_IsRefused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        AssertRefused("signature in the libp2p extension", Create(new X509Extension(TlsIdentityExtension.Oid, TlsIdentityExtension.Create(_identity, other.ExportSubjectPublicKeyInfo()), false)));
    }

    [Fact]
    public void Verify_SignedByAnother_IsRefused()
    {
        using var issuer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=x", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(Extension());
        using var certificate = request.Create(new X500DistinguishedName("CN=x"), X509SignatureGenerator.CreateForECDsa(issuer), Now.AddHours(-1), Now.AddHours(1), [1]);

        AssertRefused("not signed by its own key", certificate.RawData);
    }

    [Theory]
    [InlineData("not a sequence", "0400")]
    [InlineData("empty", "3000")]
    [InlineData("a key alone", "3026042408011220a77f1d92fedb59dddaea5a1c4abd1ac2fbde7d7b879ed364501809923d7c11b9")]
    [InlineData("a key that is none", "30060401ff040100")]
    public void Verify_ExtensionThatIsNone_IsRefused(string what, string hex)
    {
        Assert.NotEmpty(what);
        AssertRefused("", Create(new X509Extension(TlsIdentityExtension.Oid, Convert.FromHexString(hex), false)));
    }

    public static TheoryData<string> Curves => ["nistP256", "nistP384", "nistP521"];

    [Theory]
    [MemberData(nameof(Curves))]
    public void Verify_CertificatesOfOtherCurves_AreAccepted(string curve)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        foreach (var hash in (HashAlgorithmName[])[HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512])
            Assert.Equal(_identity.PublicKey, TlsPeerCertificate.Verify(SelfSign(new CertificateRequest("CN=x", key, hash), key.ExportSubjectPublicKeyInfo()), Now));
    }

    [Fact]
    public void Verify_CertificateOfAnRsaKey_IsAcceptedUnlessTooSmall()
    {
        using var good = RSA.Create(2048);
        using var small = RSA.Create(1024);

        Assert.Equal(_identity.PublicKey, TlsPeerCertificate.Verify(
            SelfSign(new CertificateRequest("CN=x", good, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), good.ExportSubjectPublicKeyInfo()), Now));
        AssertRefused("1024", SelfSign(new CertificateRequest("CN=x", small, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), small.ExportSubjectPublicKeyInfo()));
        AssertRefused("not known", SelfSign(new CertificateRequest("CN=x", good, HashAlgorithmName.SHA256, RSASignaturePadding.Pss), good.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>Neither as the key of the certificate nor as the identity; in both places nothing is computed with it.</summary>
    [Fact]
    public void Verify_RsaKeyOf16KBits_IsRefusedByItsSize()
    {
        var spki = RsaEncoding.Spki(RsaEncoding.Modulus(16_384), 65_537, withNull: true);
        using var issuer = RSA.Create(2048);
        var request = new CertificateRequest(new X500DistinguishedName("CN=x"), System.Security.Cryptography.X509Certificates.PublicKey.CreateFromSubjectPublicKeyInfo(spki, out _), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension(TlsIdentityExtension.Oid, TlsIdentityExtension.Create(_identity, spki), false));
        using var certificate = request.Create(new X500DistinguishedName("CN=x"), X509SignatureGenerator.CreateForRSA(issuer, RSASignaturePadding.Pkcs1), Now.AddHours(-1), Now.AddHours(1), [1]);
        AssertRefused("not 16384", certificate.RawData);

        var extension = new AsnWriter(AsnEncodingRules.DER);
        using (extension.PushSequence())
        {
            extension.WriteOctetString(RsaEncoding.Encode(RsaEncoding.Modulus(16_384), 65_537));
            extension.WriteOctetString(new byte[16_384 / 8]);
        }

        AssertRefused("not 16384", Create(new X509Extension(TlsIdentityExtension.Oid, extension.Encode(), false)));
    }

    [Fact]
    public void Verify_LargerThanAnyCertificate_IsRefused() => AssertRefused("more than", new byte[TlsPeerCertificate.MaxBytes + 1]);

    [Fact]
    public void Verifier_MoreThanOneCertificate_IsRefused()
    {
        using var shown = X509CertificateLoader.LoadCertificate(Create(Extension()));
        using var further = X509CertificateLoader.LoadCertificate(Create(Extension()));
        using var chain = new X509Chain();
        var time = new FixedTime(Now);

        chain.ChainPolicy.ExtraStore.Add(shown);
        Assert.True(new TlsPeerVerifier(null, time).Verify(this, shown, chain, default));
        chain.ChainPolicy.ExtraStore.Add(further);
        var verifier = new TlsPeerVerifier(null, time);
        Assert.False(verifier.Verify(this, shown, chain, default));
        Assert.Contains("more than one", verifier.Failure!.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _identity.Dispose();
        _key.Dispose();
    }

    private static void AssertRefused(string reason, byte[] certificate, DateTimeOffset? now = null) =>
        Assert.Contains(reason, Assert.Throws<TlsCertificateException>(() => TlsPeerCertificate.Verify(certificate, now ?? Now)).Message, StringComparison.Ordinal);

    private X509Extension Extension(bool critical = false) =>
        new(TlsIdentityExtension.Oid, TlsIdentityExtension.Create(_identity, _key.ExportSubjectPublicKeyInfo()), critical);

    private byte[] Create(params X509Extension[] extensions)
    {
        var request = new CertificateRequest("CN=x", _key, HashAlgorithmName.SHA256);
        foreach (var extension in extensions)
            request.CertificateExtensions.Add(extension);
        using var certificate = request.CreateSelfSigned(Now.AddHours(-1), Now.AddHours(1));
        return certificate.RawData;
    }

    private byte[] SelfSign(CertificateRequest request, byte[] key)
    {
        request.CertificateExtensions.Add(new X509Extension(TlsIdentityExtension.Oid, TlsIdentityExtension.Create(_identity, key), false));
        using var certificate = request.CreateSelfSigned(Now.AddHours(-1), Now.AddHours(1));
        return certificate.RawData;
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
