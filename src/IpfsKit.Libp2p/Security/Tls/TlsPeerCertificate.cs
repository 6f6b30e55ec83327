using System.Formats.Asn1;
using IpfsKit.Libp2p.Identities;

namespace IpfsKit.Libp2p.Security.Tls;

/// <summary>Checks the certificate of a peer, which is signed by itself and vouched for by the peer's identity.</summary>
/// <remarks>
/// <code>
/// Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature BIT STRING }
/// TBSCertificate ::= SEQUENCE { [0] version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, [3] extensions }
/// </code>
/// It is parsed here and not by the platform, which gives no access to the bytes that are signed. Spec: <see href="https://github.com/libp2p/specs/blob/master/tls/tls.md#peer-authentication"/>.
/// </remarks>
internal static class TlsPeerCertificate
{
    /// <summary>The longest certificate that is read, in bytes: one with RSA keys of 8192 bits on both places has about 5 KiB.</summary>
    public const int MaxBytes = 16 * 1024;

    private static readonly Asn1Tag Version = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 3, isConstructed: true);

    // What these say is of no interest between peers, but they are understood: names, key identifiers, key usages, constraints.
    private static readonly HashSet<string> Understood = ["2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.35", "2.5.29.37", TlsIdentityExtension.Oid];

    /// <summary>Reads the certificate and checks all that is to be checked without knowing whom to expect.</summary>
    /// <param name="certificate">In DER.</param>
    /// <param name="now">The time at which it must be valid.</param>
    /// <returns>Whose it is.</returns>
    /// <exception cref="TlsCertificateException">It is not valid, now or ever.</exception>
    public static PublicKey Verify(ReadOnlyMemory<byte> certificate, DateTimeOffset now)
    {
        if (certificate.Length > MaxBytes)
            throw new TlsCertificateException($"the certificate has {certificate.Length} bytes, more than {MaxBytes}.");
        try
        {
            return VerifyParsed(certificate, now);
        }
        catch (AsnContentException e)
        {
            throw new TlsCertificateException($"the certificate is not in DER: {e.Message}");
        }
    }

    private static PublicKey VerifyParsed(ReadOnlyMemory<byte> certificate, DateTimeOffset now)
    {
        var whole = new AsnReader(certificate, AsnEncodingRules.DER);
        var parts = whole.ReadSequence();
        whole.ThrowIfNotEmpty();
        var signed = parts.PeekEncodedValue();
        var fields = parts.ReadSequence();
        var algorithm = parts.ReadEncodedValue();
        var signature = parts.ReadBitString(out _);
        parts.ThrowIfNotEmpty();

        if (!fields.HasData || fields.PeekTag() != Version)
            throw new TlsCertificateException("the certificate is not of version 3, which has extensions.");
        fields.ReadEncodedValue();
        fields.ReadIntegerBytes(); // serial number
        if (!fields.ReadEncodedValue().Span.SequenceEqual(algorithm.Span))
            throw new TlsCertificateException("the certificate names two algorithms of its signature.");
        fields.ReadSequence(); // issuer
        CheckValidity(fields.ReadSequence(), now);
        fields.ReadSequence(); // subject
        var key = fields.ReadEncodedValue();
        if (!fields.HasData || fields.PeekTag() != Extensions)
            throw new TlsCertificateException("the certificate has no extensions, or the unique identifiers of old.");
        var extension = FindExtension(fields.ReadSequence(Extensions).ReadSequence());
        fields.ThrowIfNotEmpty();

        // The cheap check of the two comes first where it is one; a key that is too large never gets to be used.
        if (!TlsCertificateSignature.Verify(algorithm, key, signed.Span, signature))
            throw new TlsCertificateException("the certificate is not signed by its own key.");
        return TlsIdentityExtension.Open(extension.Span, key.Span);
    }

    private static void CheckValidity(AsnReader validity, DateTimeOffset now)
    {
        var from = ReadTime(validity);
        var until = ReadTime(validity);
        validity.ThrowIfNotEmpty();
        if (now < from || now > until)
            throw new TlsCertificateException($"the certificate is valid from {from:u} until {until:u}, and it is {now:u}.");
    }

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    private static ReadOnlyMemory<byte> FindExtension(AsnReader extensions)
    {
        ReadOnlyMemory<byte>? found = null;
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            var critical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            var value = extension.ReadOctetString();
            extension.ThrowIfNotEmpty();
            if (critical && !Understood.Contains(oid))
                throw new TlsCertificateException($"the certificate has the critical extension {oid}, which is unknown.");
            if (oid != TlsIdentityExtension.Oid)
                continue;
            if (found is not null)
                throw new TlsCertificateException("the certificate has two libp2p extensions.");
            found = value;
        }

        return found ?? throw new TlsCertificateException("the certificate has no libp2p extension.");
    }
}
