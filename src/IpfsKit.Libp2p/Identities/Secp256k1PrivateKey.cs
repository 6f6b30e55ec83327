using System.Formats.Asn1;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;

namespace IpfsKit.Libp2p.Identities;

/// <summary>A secp256k1 key of BouncyCastle: 32 bytes. Signs as Bitcoin does: the nonce of RFC 6979, the lower s, DER.</summary>
/// <remarks>BouncyCastle keeps the number in ordinary memory, which cannot be wiped: Ed25519 is the better choice where there is one.</remarks>
internal sealed class Secp256k1PrivateKey : PrivateKey
{
    private ECPrivateKeyParameters? _key;

    private Secp256k1PrivateKey(ECPrivateKeyParameters key)
        : base(Secp256k1PublicKey.FromRaw(Secp256k1Curve.Domain.G.Multiply(key.D).Normalize().GetEncoded(compressed: true))) => _key = key;

    public static new Secp256k1PrivateKey Generate()
    {
        Span<byte> number = stackalloc byte[Secp256k1Curve.ScalarBytes];
        try
        {
            // One in 2^127 numbers is none of the group.
            do
                RandomNumberGenerator.Fill(number);
            while (!IsKey(new BigInteger(1, number)));
            return FromData(number);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(number);
        }
    }

    public static Secp256k1PrivateKey FromData(ReadOnlySpan<byte> data)
    {
        if (data.Length != Secp256k1Curve.ScalarBytes)
            throw new KeyFormatException($"A private secp256k1 key has {Secp256k1Curve.ScalarBytes} bytes, not {data.Length}.");
        var number = new BigInteger(1, data);
        return IsKey(number)
            ? new Secp256k1PrivateKey(new ECPrivateKeyParameters(number, Secp256k1Curve.Domain))
            : throw new KeyFormatException("The 32 bytes are not a private secp256k1 key.");
    }

    public override byte[] Encode()
    {
        Span<byte> data = stackalloc byte[Secp256k1Curve.ScalarBytes];
        data.Clear();
        var number = Key.D.ToByteArrayUnsigned();
        try
        {
            number.CopyTo(data[(data.Length - number.Length)..]);
            return KeyProtobuf.Encode(KeyType.Secp256k1, data);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(number);
            CryptographicOperations.ZeroMemory(data);
        }
    }

    public override byte[] Sign(ReadOnlySpan<byte> data)
    {
        var signer = new ECDsaSigner(new HMacDsaKCalculator(new Sha256Digest()));
        signer.Init(forSigning: true, Key);
        var numbers = signer.GenerateSignature(SHA256.HashData(data));
        var s = numbers[1].CompareTo(Secp256k1Curve.HalfOrder) > 0 ? Secp256k1Curve.Domain.N.Subtract(numbers[1]) : numbers[1];
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(numbers[0].ToByteArray());
            writer.WriteInteger(s.ToByteArray());
        }

        return writer.Encode();
    }

    private protected override void Dispose(bool disposing) => _key = null;

    private ECPrivateKeyParameters Key => _key ?? throw new ObjectDisposedException(nameof(PrivateKey));

    private static bool IsKey(BigInteger number) => number.SignValue > 0 && number.CompareTo(Secp256k1Curve.Domain.N) < 0;
}
