using System.Security.Cryptography;

namespace IpfsKit.Libp2p.Identities;

/// <summary>The public half of an ECDSA key on P-256, encoded as a SubjectPublicKeyInfo (PKIX). Signatures are over SHA-256, in DER.</summary>
internal sealed class EcdsaPublicKey : PublicKey
{
    /// <summary>The only length of the encoding: the curve by its name, and the point not compressed.</summary>
    public const int DataBytes = 91;

    /// <summary>The bytes of a coordinate and of a private key.</summary>
    public const int NumberBytes = 32;

    /// <summary>The longest signature: two integers of 33 bytes.</summary>
    public const int MaxSignatureBytes = 72;

    // The platform's keys promise nothing about threads.
    private readonly Lock _lock = new();
    private readonly ECDsa _key;

    private EcdsaPublicKey(ECDsa key, ReadOnlySpan<byte> data)
        : base(KeyType.Ecdsa, data) => _key = key;

    /// <summary>
    /// SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING { 04 …. Compared and not parsed: any other way to write the key would be another peer, and the platform's parser fails in undocumented ways on
    /// curves that it does not know.
    /// </summary>
    private static ReadOnlySpan<byte> Header =>
        [0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04];

    public static EcdsaPublicKey FromData(ReadOnlySpan<byte> data)
    {
        if (data.Length != DataBytes || !data.StartsWith(Header))
            throw new KeyFormatException($"The {data.Length} bytes are not a public ECDSA key on P-256.");
        var key = ECDsa.Create();
        try
        {
            key.ImportParameters(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = ReadPoint(data[Header.Length..]) });
            return new EcdsaPublicKey(key, data);
        }
        catch (CryptographicException)
        {
            key.Dispose();
            throw new KeyFormatException("The two numbers are not a point of P-256.");
        }
    }

    /// <summary>The public half of a key on P-256.</summary>
    public static EcdsaPublicKey Of(ECDsa key) => FromData(key.ExportSubjectPublicKeyInfo());

    /// <summary>Two numbers of 32 bytes.</summary>
    public static ECPoint ReadPoint(ReadOnlySpan<byte> bytes) => new() { X = bytes[..NumberBytes].ToArray(), Y = bytes[NumberBytes..].ToArray() };

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length > MaxSignatureBytes)
            return false;
        lock (_lock)
            return _key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }
}
