using System.Diagnostics;
using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using IpfsKit.Libp2p.Identities;

namespace IpfsKit.Libp2p.Tests.Identities;

public sealed class RsaKeyTests
{
    [Theory]
    [InlineData(1024)]
    [InlineData(2047)]
    [InlineData(8193)]
    [InlineData(16384)]
    [InlineData(30000)]
    public void PublicKey_SizeThatIsNotAffordable_IsRefusedByItsSize(int bits) =>
        Assert.Contains($"not {bits}", Assert.Throws<KeyFormatException>(() => PublicKey.Decode(Encode(Modulus(bits), 65537))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(2048)]
    [InlineData(8192)]
    public void PublicKey_SmallestAndLargest_IsReadAndVerifies(int bits)
    {
        var key = PublicKey.Decode(Encode(Modulus(bits), 65537));

        Assert.Equal(KeyType.Rsa, key.Type);
        Assert.StartsWith("Qm", key.PeerId.ToString(), StringComparison.Ordinal);
        Assert.False(key.Verify("data"u8, new byte[bits / 8]));
    }

    /// <summary>A key of 16,384 bits costs as little as one that is no key at all: nothing is computed with it (CVE-2023-39533).</summary>
    [Fact]
    public void PublicKey_Of16KBits_CostsNothing()
    {
        var encoded = Encode(Modulus(16384), 65537);
        Assert.Throws<KeyFormatException>(() => PublicKey.Decode(encoded));
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 100; i++)
            Assert.Throws<KeyFormatException>(() => PublicKey.Decode(encoded));

        // One check of a signature with it takes some milliseconds; a hundred exceptions, with a debugger's leisure, do not.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), watch.Elapsed.ToString());
    }

    public static TheoryData<string> Exponents => ["0", "1", "2", "65536", "2147483649", "340282366920938463463374607431768211457"];

    [Theory]
    [MemberData(nameof(Exponents))]
    public void PublicKey_BadExponent_IsRefused(string exponent) =>
        Assert.Contains("exponent", Assert.Throws<KeyFormatException>(() => PublicKey.Decode(Encode(Modulus(2048), BigInteger.Parse(exponent, null)))).Message, StringComparison.Ordinal);

    [Fact]
    public void PublicKey_NotInItsOneEncoding_IsRefused()
    {
        var spki = Spki(Modulus(2048), 65537, withNull: true);
        Assert.Equal(KeyType.Rsa, PublicKey.Decode(KeyProtobuf.Encode(KeyType.Rsa, spki)).Type);

        Assert.Throws<KeyFormatException>(() => PublicKey.Decode(KeyProtobuf.Encode(KeyType.Rsa, [.. spki, 0])));
        Assert.Throws<KeyFormatException>(() => PublicKey.Decode(KeyProtobuf.Encode(KeyType.Rsa, Spki(Modulus(2048), 65537, withNull: false))));
        Assert.Throws<KeyFormatException>(() => PublicKey.Decode(KeyProtobuf.Encode(KeyType.Rsa, SpecKeys.Bytes(SpecKeys.EcdsaPublic).AsSpan(4))));
        Assert.Throws<KeyFormatException>(() => PublicKey.Decode(KeyProtobuf.Encode(KeyType.Rsa, [])));
    }

    [Fact]
    public void PrivateKey_WithADamagedFactor_IsRefused()
    {
        var data = SpecKeys.Bytes(SpecKeys.RsaPrivate);
        data[^3] ^= 1;

        Assert.Throws<KeyFormatException>(() => PrivateKey.Decode(data));
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(3072)]
    public void GenerateRsa_OfASize_HasIt(int bits)
    {
        using var key = PrivateKey.GenerateRsa(bits);

        Assert.Equal(bits / 8, key.Sign("data"u8).Length);
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(2050)]
    [InlineData(8200)]
    [InlineData(16384)]
    public void GenerateRsa_OfAnotherSize_IsRefused(int bits) => Assert.Throws<ArgumentOutOfRangeException>(() => PrivateKey.GenerateRsa(bits));

    private static byte[] Encode(BigInteger modulus, BigInteger exponent) => KeyProtobuf.Encode(KeyType.Rsa, Spki(modulus, exponent, withNull: true));

    private static BigInteger Modulus(int bits)
    {
        var bytes = RandomNumberGenerator.GetBytes((bits + 7) / 8);
        var number = new BigInteger(bytes, isUnsigned: true) & ((BigInteger.One << bits) - 1);
        return number | (BigInteger.One << (bits - 1)) | 1;
    }

    private static byte[] Spki(BigInteger modulus, BigInteger exponent, bool withNull)
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
