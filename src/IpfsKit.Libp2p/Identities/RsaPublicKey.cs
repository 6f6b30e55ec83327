using System.Formats.Asn1;
using System.Security.Cryptography;

namespace IpfsKit.Libp2p.Identities;

/// <summary>The public half of an RSA key of 2048 to 8192 bits, encoded as a SubjectPublicKeyInfo (PKIX). Signatures are RSASSA-PKCS1-v1_5 over SHA-256.</summary>
/// <remarks>The size is read before anything is computed: the time of a check grows with its square, and its sender chooses it (CVE-2023-39533).</remarks>
internal sealed class RsaPublicKey : PublicKey
{
    /// <summary>The smallest modulus, in bits.</summary>
    public const int MinBits = 2048;

    /// <summary>The largest modulus, in bits.</summary>
    public const int MaxBits = 8192;

    /// <summary>The largest exponent is 2^31 - 1, as in Go: a larger one makes checks slow, too.</summary>
    private const int MaxExponentBytes = 4;

    private readonly Lock _lock = new();
    private readonly RSA _key;

    private RsaPublicKey(RSA key, ReadOnlySpan<byte> data)
        : base(KeyType.Rsa, data) => _key = key;

    public static RsaPublicKey FromData(ReadOnlySpan<byte> data)
    {
        CheckSize(data);
        var key = RSA.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(data, out _);
            if (data.SequenceEqual(key.ExportSubjectPublicKeyInfo()))
                return new RsaPublicKey(key, data);
        }
        catch (CryptographicException)
        {
            // No key at all is refused below, as one in another encoding is.
        }

        key.Dispose();
        throw new KeyFormatException($"The {data.Length} bytes are not a public RSA key in its one encoding.");
    }

    /// <summary>The public half of a key.</summary>
    public static RsaPublicKey Of(RSA key) => FromData(key.ExportSubjectPublicKeyInfo());

    /// <summary>Refuses numbers that are too small to be safe or too large to be affordable.</summary>
    /// <exception cref="KeyFormatException">The modulus is not of <see cref="MinBits"/> to <see cref="MaxBits"/> bits, or the exponent is even, 1 or above 2^31 - 1.</exception>
    public static void CheckNumbers(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent)
    {
        var bits = GetBits(modulus);
        if (bits is < MinBits or > MaxBits)
            throw new KeyFormatException($"An RSA key has {MinBits} to {MaxBits} bits, not {bits}.");
        if ((modulus[^1] & 1) == 0)
            throw new KeyFormatException("The modulus of the RSA key is even.");
        exponent = exponent.TrimStart((byte)0);
        if (exponent.Length > MaxExponentBytes || (exponent.Length == MaxExponentBytes && exponent[0] > 0x7f))
            throw new KeyFormatException("The exponent of the RSA key is above 2^31 - 1.");
        if (exponent.IsEmpty || (exponent[^1] & 1) == 0 || exponent is [1])
            throw new KeyFormatException("The exponent of the RSA key is even or 1.");
    }

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        lock (_lock)
            return signature.Length == (_key.KeySize + 7) / 8 && _key.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>SEQUENCE { SEQUENCE { algorithm, NULL }, BIT STRING { SEQUENCE { modulus INTEGER, exponent INTEGER } } }</summary>
    private static void CheckSize(ReadOnlySpan<byte> data)
    {
        try
        {
            AsnDecoder.ReadSequence(data, AsnEncodingRules.DER, out var offset, out var length, out var bytes);
            if (bytes != data.Length)
                throw new KeyFormatException($"The public RSA key has {data.Length - bytes} bytes too many.");
            var info = data.Slice(offset, length);
            AsnDecoder.ReadSequence(info, AsnEncodingRules.DER, out _, out _, out var algorithmBytes);
            if (!AsnDecoder.TryReadPrimitiveBitString(info[algorithmBytes..], AsnEncodingRules.DER, out _, out var key, out _))
                throw new KeyFormatException("The public RSA key is not in DER.");
            AsnDecoder.ReadSequence(key, AsnEncodingRules.DER, out offset, out length, out _);
            var numbers = key.Slice(offset, length);
            var modulus = AsnDecoder.ReadIntegerBytes(numbers, AsnEncodingRules.DER, out var modulusBytes);
            CheckNumbers(modulus, AsnDecoder.ReadIntegerBytes(numbers[modulusBytes..], AsnEncodingRules.DER, out _));
        }
        catch (AsnContentException)
        {
            throw new KeyFormatException($"The {data.Length} bytes are not a public RSA key.");
        }
    }

    private static int GetBits(ReadOnlySpan<byte> number)
    {
        number = number.TrimStart((byte)0);
        return number.IsEmpty ? 0 : (8 * number.Length) - int.LeadingZeroCount(number[0]) + 24;
    }
}
