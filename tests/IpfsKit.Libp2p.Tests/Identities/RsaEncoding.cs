using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using IpfsKit.Libp2p.Identities;

namespace IpfsKit.Libp2p.Tests.Identities;

/// <summary>Public RSA keys of any numbers, encoded as peers send them.</summary>
internal static class RsaEncoding
{
    public static byte[] Encode(BigInteger modulus, BigInteger exponent) => KeyProtobuf.Encode(KeyType.Rsa, Spki(modulus, exponent, withNull: true));

    public static BigInteger Modulus(int bits)
    {
        var bytes = RandomNumberGenerator.GetBytes((bits + 7) / 8);
        var number = new BigInteger(bytes, isUnsigned: true) & ((BigInteger.One << bits) - 1);
        return number | (BigInteger.One << (bits - 1)) | 1;
    }

    public static byte[] Spki(BigInteger modulus, BigInteger exponent, bool withNull)
    {
        var key = new AsnWriter(AsnEncodingRules.DER);
        using (key.PushSequence())
        {
            key.WriteInteger(modulus);
            key.WriteInteger(exponent);
        }

        var info = new AsnWriter(AsnEncodingRules.DER);
        using (info.PushSequence())
        {
            using (info.PushSequence())
            {
                info.WriteObjectIdentifier("1.2.840.113549.1.1.1");
                if (withNull)
                    info.WriteNull();
            }

            info.WriteBitString(key.Encode());
        }

        return info.Encode();
    }
}
