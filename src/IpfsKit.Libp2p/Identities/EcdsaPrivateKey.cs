using System.Security.Cryptography;

namespace IpfsKit.Libp2p.Identities;

/// <summary>An ECDSA key on P-256 of the platform's library, encoded as an ECPrivateKey (SEC 1) that names its curve and has its public half, as go and js write it.</summary>
internal sealed class EcdsaPrivateKey : PrivateKey
{
    private readonly Lock _lock = new();
    private readonly ECDsa _key;

    private EcdsaPrivateKey(ECDsa key)
        : base(EcdsaPublicKey.Of(key)) => _key = key;

    public static new EcdsaPrivateKey Generate() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>SEQUENCE { 1, OCTET STRING {</summary>
    private static ReadOnlySpan<byte> Header => [0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20];

    /// <summary>}, [0] { prime256v1 }, [1] { BIT STRING { 04</summary>
    private static ReadOnlySpan<byte> Middle => [0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0xa1, 0x44, 0x03, 0x42, 0x00, 0x04];

    public static EcdsaPrivateKey FromData(ReadOnlySpan<byte> data)
    {
        var middle = Header.Length + EcdsaPublicKey.NumberBytes;
        var point = middle + Middle.Length;
        if (data.Length != point + (2 * EcdsaPublicKey.NumberBytes) || !data.StartsWith(Header) || !data[middle..].StartsWith(Middle))
            throw new KeyFormatException($"The {data.Length} bytes are not a private ECDSA key on P-256 with its public half.");
        var secret = data[Header.Length..middle].ToArray();
        var key = ECDsa.Create();
        try
        {
            // The platform makes the public half from the secret if it is given none.
            key.ImportParameters(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = secret });
            var derived = key.ExportParameters(includePrivateParameters: false).Q;
            var given = EcdsaPublicKey.ReadPoint(data[point..]);
            if (!derived.X.AsSpan().SequenceEqual(given.X) || !derived.Y.AsSpan().SequenceEqual(given.Y))
                throw new KeyFormatException("The private ECDSA key and the public key beside it do not belong together.");
            return new EcdsaPrivateKey(key);
        }
        catch (Exception e) when (e is CryptographicException or KeyFormatException)
        {
            key.Dispose();
            if (e is KeyFormatException)
                throw;
            throw new KeyFormatException("The number is not a private ECDSA key on P-256.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    public override byte[] Encode()
    {
        lock (_lock)
        {
            var data = _key.ExportECPrivateKey();
            try
            {
                return KeyProtobuf.Encode(KeyType.Ecdsa, data);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(data);
            }
        }
    }

    public override byte[] Sign(ReadOnlySpan<byte> data)
    {
        lock (_lock)
            return _key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private protected override void Dispose(bool disposing)
    {
        if (disposing)
            _key.Dispose();
    }
}
