using System.Formats.Asn1;
using System.Security.Cryptography;

namespace IpfsKit.Libp2p.Identities;

/// <summary>An RSA key of the platform's library, encoded as an RSAPrivateKey (PKCS #1).</summary>
internal sealed class RsaPrivateKey : PrivateKey
{
    /// <summary>What other implementations make when nobody says how many bits.</summary>
    public const int DefaultBits = RsaPublicKey.MinBits;

    private readonly Lock _lock = new();
    private readonly RSA _key;

    private RsaPrivateKey(RSA key)
        : base(RsaPublicKey.Of(key)) => _key = key;

    public static RsaPrivateKey Generate(int bits)
    {
        if (bits is < RsaPublicKey.MinBits or > RsaPublicKey.MaxBits || bits % 8 != 0)
            throw new ArgumentOutOfRangeException(nameof(bits), bits, $"An RSA key has {RsaPublicKey.MinBits} to {RsaPublicKey.MaxBits} bits, in whole bytes.");
        return new RsaPrivateKey(RSA.Create(bits));
    }

    public static RsaPrivateKey FromData(ReadOnlySpan<byte> data)
    {
        CheckSize(data);
        var key = RSA.Create();
        try
        {
            key.ImportRSAPrivateKey(data, out var bytes);
            if (bytes != data.Length)
                throw new KeyFormatException($"The private RSA key has {data.Length - bytes} bytes too many.");
            var read = new RsaPrivateKey(key);
            // A damaged factor would sign wrongly, and a wrong signature of RSA can reveal the key.
            if (!read.PublicKey.Verify("libp2p"u8, read.Sign("libp2p"u8)))
                throw new KeyFormatException("The numbers of the private RSA key do not belong together.");
            return read;
        }
        catch (Exception e) when (e is CryptographicException or KeyFormatException)
        {
            key.Dispose();
            if (e is KeyFormatException)
                throw;
            throw new KeyFormatException($"The {data.Length} bytes are not a private RSA key.");
        }
    }

    public override byte[] Encode()
    {
        lock (_lock)
        {
            var data = _key.ExportRSAPrivateKey();
            try
            {
                return KeyProtobuf.Encode(KeyType.Rsa, data);
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
            return _key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private protected override void Dispose(bool disposing)
    {
        if (disposing)
            _key.Dispose();
    }

    /// <summary>SEQUENCE { version, modulus, publicExponent, … }</summary>
    private static void CheckSize(ReadOnlySpan<byte> data)
    {
        try
        {
            AsnDecoder.ReadSequence(data, AsnEncodingRules.DER, out var offset, out var length, out _);
            var numbers = data.Slice(offset, length);
            AsnDecoder.ReadIntegerBytes(numbers, AsnEncodingRules.DER, out var bytes);
            var modulus = AsnDecoder.ReadIntegerBytes(numbers[bytes..], AsnEncodingRules.DER, out var modulusBytes);
            RsaPublicKey.CheckNumbers(modulus, AsnDecoder.ReadIntegerBytes(numbers[(bytes + modulusBytes)..], AsnEncodingRules.DER, out _));
        }
        catch (AsnContentException)
        {
            throw new KeyFormatException($"The {data.Length} bytes are not a private RSA key.");
        }
    }
}
