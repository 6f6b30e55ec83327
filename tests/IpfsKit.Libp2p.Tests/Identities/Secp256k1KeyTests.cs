using System.Formats.Asn1;
using System.Numerics;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Identities;

public sealed class Secp256k1KeyTests
{
    private static readonly BigInteger Order = BigInteger.Parse("0fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", System.Globalization.NumberStyles.HexNumber, null);

    [Fact]
    public void PeerId_ContainsTheKey()
    {
        var key = PublicKey.Decode(SpecKeys.Bytes(SpecKeys.Secp256k1Public));

        Assert.StartsWith("16Uiu2HA", key.PeerId.ToString(), StringComparison.Ordinal);
        Assert.True(PublicKey.TryExtract(PeerId.Parse(key.PeerId.ToString()), out var extracted));
        Assert.Equal(key, extracted);
    }

    [Fact]
    public void Sign_IsDeterministicAndHasTheLowerS()
    {
        using var key = PrivateKey.Decode(SpecKeys.Bytes(SpecKeys.Secp256k1Private));
        for (var i = 0; i < 50; i++)
        {
            byte[] data = [(byte)i];
            var signature = key.Sign(data);
            Assert.Equal(signature, key.Sign(data));
            Assert.True(Read(signature).S <= Order / 2);
        }
    }

    /// <summary>As go and js accept both values of s.</summary>
    [Fact]
    public void Verify_TheHigherS_IsAccepted()
    {
        using var key = PrivateKey.Generate(KeyType.Secp256k1);
        var (r, s) = Read(key.Sign("data"u8));

        Assert.True(key.PublicKey.Verify("data"u8, Write(r, Order - s)));
    }

    [Fact]
    public void Verify_NumbersOutsideTheGroup_AreRefused()
    {
        using var key = PrivateKey.Generate(KeyType.Secp256k1);
        var (r, s) = Read(key.Sign("data"u8));

        Assert.False(key.PublicKey.Verify("data"u8, Write(r, 0)));
        Assert.False(key.PublicKey.Verify("data"u8, Write(0, s)));
        Assert.False(key.PublicKey.Verify("data"u8, Write(-r, s)));
        Assert.False(key.PublicKey.Verify("data"u8, Write(r, Order)));
        Assert.False(key.PublicKey.Verify("data"u8, Write(r, s + Order)));
        Assert.False(key.PublicKey.Verify("data"u8, [.. Write(r, s), 0]));
    }

    [Theory]
    [InlineData("037777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca")] // a byte short
    [InlineData("057777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99")] // no such form
    [InlineData("03ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")] // above the field
    [InlineData("020000000000000000000000000000000000000000000000000000000000000005")] // not on the curve
    public void PublicKey_ThatIsNoCompressedPoint_IsRefused(string hex) =>
        Assert.Throws<KeyFormatException>(() => PublicKey.Decode(KeyProtobuf.Encode(KeyType.Secp256k1, SpecKeys.Bytes(hex))));

    [Theory]
    [InlineData("00")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    public void PrivateKey_OutsideTheGroup_IsRefused(string hex) =>
        Assert.Throws<KeyFormatException>(() => PrivateKey.Decode(KeyProtobuf.Encode(KeyType.Secp256k1, SpecKeys.Bytes(hex))));

    [Fact]
    public void PrivateKey_Disposed_SignsNoMore()
    {
        var key = PrivateKey.Generate(KeyType.Secp256k1);
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.Sign("data"u8));
    }

    private static (BigInteger R, BigInteger S) Read(byte[] signature)
    {
        var reader = new AsnReader(signature, AsnEncodingRules.DER).ReadSequence();
        return (reader.ReadInteger(), reader.ReadInteger());
    }

    private static byte[] Write(BigInteger r, BigInteger s)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(r);
            writer.WriteInteger(s);
        }

        return writer.Encode();
    }
}
