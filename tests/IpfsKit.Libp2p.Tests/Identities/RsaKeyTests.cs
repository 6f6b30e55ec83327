using System.Numerics;
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
        Assert.Contains($"not {bits}", Assert.Throws<KeyFormatException>(() => PublicKey.Decode(RsaEncoding.Encode(RsaEncoding.Modulus(bits), 65537))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(2048)]
    [InlineData(8192)]
    public void PublicKey_SmallestAndLargest_IsReadAndVerifies(int bits)
    {
        var key = PublicKey.Decode(RsaEncoding.Encode(RsaEncoding.Modulus(bits), 65537));

        Assert.Equal(KeyType.Rsa, key.Type);
        Assert.StartsWith("Qm", key.PeerId.ToString(), StringComparison.Ordinal);
        Assert.False(key.Verify("data"u8, new byte[bits / 8]));
    }

    /// <summary>The size is what is said of keys that are wrong in other ways as well, among them such as the platform would refuse to read: nothing has been computed with them by then (CVE-2023-39533).</summary>
    [Theory]
    [InlineData(16384)]
    [InlineData(60000)]
    public void PublicKey_TooLargeAndWrong_IsRefusedByItsSizeFirst(int bits)
    {
        var even = RsaEncoding.Modulus(bits) - 1;
        Assert.Contains($"not {bits}", Assert.Throws<KeyFormatException>(() => PublicKey.Decode(RsaEncoding.Encode(even, 2))).Message, StringComparison.Ordinal);
        Assert.Contains("even", Assert.Throws<KeyFormatException>(() => PublicKey.Decode(RsaEncoding.Encode(RsaEncoding.Modulus(2048) - 1, 2))).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Exponents => ["0", "1", "2", "65536", "2147483649", "340282366920938463463374607431768211457"];

    [Theory]
    [MemberData(nameof(Exponents))]
    public void PublicKey_BadExponent_IsRefused(string exponent) =>
        Assert.Contains("exponent", Assert.Throws<KeyFormatException>(() => PublicKey.Decode(RsaEncoding.Encode(RsaEncoding.Modulus(2048), BigInteger.Parse(exponent, null)))).Message, StringComparison.Ordinal);

    [Fact]
    public void PublicKey_NotInItsOneEncoding_IsRefused()
    {
        var spki = RsaEncoding.Spki(RsaEncoding.Modulus(2048), 65537, withNull: true);
        Assert.Equal(KeyType.Rsa, PublicKey.Decode(KeyProtobuf.Encode(KeyType.Rsa, spki)).Type);

        Assert.Throws<KeyFormatException>(() => PublicKey.Decode(KeyProtobuf.Encode(KeyType.Rsa, [.. spki, 0])));
        Assert.Throws<KeyFormatException>(() => PublicKey.Decode(KeyProtobuf.Encode(KeyType.Rsa, RsaEncoding.Spki(RsaEncoding.Modulus(2048), 65537, withNull: false))));
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
}
