using System.Formats.Asn1;
using System.Security.Cryptography;
using IpfsKit.Libp2p.Identities;
using NSec.Cryptography;
using PublicKey = NSec.Cryptography.PublicKey;

namespace IpfsKit.Libp2p.Security.Tls;

/// <summary>Checks what a certificate's own key has signed: ECDSA on P-256, P-384 and P-521, RSA of 2048 to 8192 bits, Ed25519.</summary>
/// <remarks>Other peers use P-256. The rest is what their libraries may be told to use.</remarks>
internal static class TlsCertificateSignature
{
    private const string Ed25519 = "1.3.101.112";
    private const string EcPublicKey = "1.2.840.10045.2.1";
    private const string RsaEncryption = "1.2.840.113549.1.1.1";

    /// <summary>Whether the signature is that of the key.</summary>
    /// <param name="algorithm">The AlgorithmIdentifier of the signature.</param>
    /// <param name="key">The SubjectPublicKeyInfo.</param>
    /// <param name="data">What is signed.</param>
    /// <param name="signature">The signature.</param>
    /// <exception cref="TlsCertificateException">The key is of a kind that is not known, or cannot be used.</exception>
    public static bool Verify(ReadOnlyMemory<byte> algorithm, ReadOnlyMemory<byte> key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        var oid = new AsnReader(algorithm, AsnEncodingRules.DER).ReadSequence().ReadObjectIdentifier();
        var info = new AsnReader(key, AsnEncodingRules.DER).ReadSequence();
        var keyAlgorithm = info.ReadSequence();
        var keyOid = keyAlgorithm.ReadObjectIdentifier();
        try
        {
            switch (keyOid, oid)
            {
                case (Ed25519, Ed25519):
                    return PublicKey.TryImport(SignatureAlgorithm.Ed25519, info.ReadBitString(out _), KeyBlobFormat.RawPublicKey, out var edwards)
                        && edwards is not null && SignatureAlgorithm.Ed25519.Verify(edwards, data, signature);
                case (EcPublicKey, "1.2.840.10045.4.3.2"):
                    return VerifyEcdsa(keyAlgorithm.ReadObjectIdentifier(), info.ReadBitString(out _), data, signature, HashAlgorithmName.SHA256);
                case (EcPublicKey, "1.2.840.10045.4.3.3"):
                    return VerifyEcdsa(keyAlgorithm.ReadObjectIdentifier(), info.ReadBitString(out _), data, signature, HashAlgorithmName.SHA384);
                case (EcPublicKey, "1.2.840.10045.4.3.4"):
                    return VerifyEcdsa(keyAlgorithm.ReadObjectIdentifier(), info.ReadBitString(out _), data, signature, HashAlgorithmName.SHA512);
                case (RsaEncryption, "1.2.840.113549.1.1.11"):
                    return VerifyRsa(info.ReadBitString(out _), data, signature, HashAlgorithmName.SHA256);
                case (RsaEncryption, "1.2.840.113549.1.1.12"):
                    return VerifyRsa(info.ReadBitString(out _), data, signature, HashAlgorithmName.SHA384);
                case (RsaEncryption, "1.2.840.113549.1.1.13"):
                    return VerifyRsa(info.ReadBitString(out _), data, signature, HashAlgorithmName.SHA512);
                default:
                    throw new TlsCertificateException($"the certificate is signed by a key of algorithm {keyOid} with algorithm {oid}, which is not known.");
            }
        }
        catch (CryptographicException)
        {
            throw new TlsCertificateException("the certificate's key is not one of its kind.");
        }
    }

    private static bool VerifyEcdsa(string curve, byte[] point, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, HashAlgorithmName hash)
    {
        var (named, bytes) = curve switch
        {
            "1.2.840.10045.3.1.7" => (ECCurve.NamedCurves.nistP256, 32),
            "1.3.132.0.34" => (ECCurve.NamedCurves.nistP384, 48),
            "1.3.132.0.35" => (ECCurve.NamedCurves.nistP521, 66),
            _ => throw new TlsCertificateException($"the certificate's key is on the curve {curve}, which is not known."),
        };
        if (point.Length != 1 + (2 * bytes) || point[0] != 4)
            throw new TlsCertificateException($"the certificate's key is not a point of {bytes} bytes a number.");
        using var ecdsa = ECDsa.Create(new ECParameters { Curve = named, Q = new ECPoint { X = point[1..(1 + bytes)], Y = point[(1 + bytes)..] } });
        return ecdsa.VerifyData(data, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static bool VerifyRsa(byte[] key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, HashAlgorithmName hash)
    {
        var numbers = new AsnReader(key, AsnEncodingRules.DER).ReadSequence();
        var modulus = numbers.ReadIntegerBytes().Span.TrimStart((byte)0);
        var exponent = numbers.ReadIntegerBytes().Span.TrimStart((byte)0);
        try
        {
            RsaPublicKey.CheckNumbers(modulus, exponent);
        }
        catch (KeyFormatException e)
        {
            throw new TlsCertificateException($"the certificate's key cannot be used: {e.Message}");
        }

        using var rsa = RSA.Create(new RSAParameters { Modulus = modulus.ToArray(), Exponent = exponent.ToArray() });
        return rsa.VerifyData(data, signature, hash, RSASignaturePadding.Pkcs1);
    }
}
