using System.Formats.Asn1;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;

namespace IpfsKit.Libp2p.Identities;

/// <summary>The public half of a secp256k1 key: a compressed point of 33 bytes. Signatures are ECDSA over SHA-256, in DER, with either of the two values of s.</summary>
internal sealed class Secp256k1PublicKey : PublicKey
{
    /// <summary>The bytes of a compressed point.</summary>
    public const int RawBytes = 33;

    /// <summary>The longest signature: two integers of 33 bytes.</summary>
    public const int MaxSignatureBytes = 72;

    private readonly ECPublicKeyParameters _key;

    private Secp256k1PublicKey(ECPublicKeyParameters key, ReadOnlySpan<byte> raw)
        : base(KeyType.Secp256k1, raw) => _key = key;

    public static Secp256k1PublicKey FromRaw(ReadOnlySpan<byte> raw)
    {
        if (raw.Length != RawBytes || raw[0] is not (2 or 3))
            throw new KeyFormatException($"A public secp256k1 key is a compressed point of {RawBytes} bytes.");
        try
        {
            return new Secp256k1PublicKey(new ECPublicKeyParameters(Secp256k1Curve.Domain.Curve.DecodePoint(raw), Secp256k1Curve.Domain), raw);
        }
        catch (ArgumentException)
        {
            throw new KeyFormatException($"The {RawBytes} bytes are not a point of secp256k1.");
        }
    }

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (!TryReadSignature(signature, out var r, out var s))
            return false;
        var verifier = new ECDsaSigner();
        verifier.Init(forSigning: false, _key);
        return verifier.VerifySignature(SHA256.HashData(data), r, s);
    }

    private static bool TryReadSignature(ReadOnlySpan<byte> signature, out BigInteger r, out BigInteger s)
    {
        (r, s) = (BigInteger.Zero, BigInteger.Zero);
        if (signature.Length > MaxSignatureBytes)
            return false;
        try
        {
            AsnDecoder.ReadSequence(signature, AsnEncodingRules.DER, out var offset, out var length, out var bytes);
            if (bytes != signature.Length)
                return false;
            var numbers = signature.Slice(offset, length);
            r = new BigInteger(AsnDecoder.ReadIntegerBytes(numbers, AsnEncodingRules.DER, out bytes).ToArray());
            s = new BigInteger(AsnDecoder.ReadIntegerBytes(numbers[bytes..], AsnEncodingRules.DER, out var more).ToArray());
            return bytes + more == numbers.Length;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}
