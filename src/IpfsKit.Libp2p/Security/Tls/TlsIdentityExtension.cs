using System.Formats.Asn1;
using IpfsKit.Libp2p.Identities;

namespace IpfsKit.Libp2p.Security.Tls;

/// <summary>The extension of a certificate that says whose it is, and proves it.</summary>
/// <remarks>
/// <code>
/// SignedKey ::= SEQUENCE { publicKey OCTET STRING, signature OCTET STRING }
/// </code>
/// Spec: <see href="https://github.com/libp2p/specs/blob/master/tls/tls.md#libp2p-public-key-extension"/>.
/// </remarks>
internal static class TlsIdentityExtension
{
    /// <summary>The object identifier that IANA gave to libp2p.</summary>
    public const string Oid = "1.3.6.1.4.1.53594.1.1";

    private static ReadOnlySpan<byte> Domain => "libp2p-tls-handshake:"u8;

    /// <summary>Signs the certificate's key.</summary>
    /// <param name="identity">Who it belongs to.</param>
    /// <param name="certificateKey">The certificate's SubjectPublicKeyInfo.</param>
    public static byte[] Create(PrivateKey identity, ReadOnlySpan<byte> certificateKey)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString(identity.PublicKey.Encoded.Span);
            writer.WriteOctetString(identity.Sign([.. Domain, .. certificateKey]));
        }

        return writer.Encode();
    }

    /// <summary>Reads the extension and checks its signature.</summary>
    /// <returns>Whose the certificate is.</returns>
    /// <exception cref="TlsCertificateException">The extension is not one, or its signature is not that of its key.</exception>
    public static PublicKey Open(ReadOnlySpan<byte> extension, ReadOnlySpan<byte> certificateKey)
    {
        PublicKey identity;
        ReadOnlySpan<byte> signature;
        try
        {
            AsnDecoder.ReadSequence(extension, AsnEncodingRules.DER, out var offset, out var length, out var bytes);
            if (bytes != extension.Length)
                throw new TlsCertificateException("the libp2p extension is longer than what is in it.");
            var fields = extension.Slice(offset, length);
            if (!AsnDecoder.TryReadPrimitiveOctetString(fields, AsnEncodingRules.DER, out var key, out bytes)
                || !AsnDecoder.TryReadPrimitiveOctetString(fields[bytes..], AsnEncodingRules.DER, out signature, out var more)
                || bytes + more != fields.Length)
                throw new TlsCertificateException("the libp2p extension is not a key and a signature.");
            identity = PublicKey.Decode(key);
        }
        catch (AsnContentException e)
        {
            throw new TlsCertificateException($"the libp2p extension is not in DER: {e.Message}");
        }
        catch (KeyFormatException e)
        {
            throw new TlsCertificateException($"the identity key cannot be used: {e.Message}");
        }

        if (!identity.Verify([.. Domain, .. certificateKey], signature))
            throw new TlsCertificateException($"the signature in the libp2p extension is not that of {identity.PeerId} over the certificate's key.");
        return identity;
    }
}
