using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Identities;

public sealed class KeyTests
{
    [Fact]
    public void PrivateKey_SpecVector_YieldsThePublicKeyOfTheSpec()
    {
        using var key = PrivateKey.Decode(SpecKeys.Bytes(SpecKeys.Ed25519Private));

        Assert.Equal(KeyType.Ed25519, key.Type);
        Assert.Equal(SpecKeys.Ed25519Public, Convert.ToHexStringLower(key.PublicKey.Encoded.Span));
        Assert.Equal(SpecKeys.Ed25519Private, Convert.ToHexStringLower(key.Encode()));
        Assert.Equal(PublicKey.Decode(SpecKeys.Bytes(SpecKeys.Ed25519Public)), key.PublicKey);
    }

    [Fact]
    public void PrivateKey_OldEncodingOf96Bytes_IsReadAndWrittenAnew()
    {
        var preferred = SpecKeys.Bytes(SpecKeys.Ed25519Private);
        byte[] old = [0x08, 0x01, 0x12, 96, .. preferred[4..], .. preferred[36..]];

        using var key = PrivateKey.Decode(old);

        Assert.Equal(preferred, key.Encode());
    }

    [Fact]
    public void PrivateKey_OldEncodingWithTwoPublicKeys_IsRefused()
    {
        var preferred = SpecKeys.Bytes(SpecKeys.Ed25519Private);
        byte[] old = [0x08, 0x01, 0x12, 96, .. preferred[4..], .. preferred[36..]];
        old[^1] ^= 1;

        Assert.Throws<KeyFormatException>(() => PrivateKey.Decode(old));
    }

    [Fact]
    public void PrivateKey_WithAnothersPublicKey_IsRefused()
    {
        var bytes = SpecKeys.Bytes(SpecKeys.Ed25519Private);
        bytes[^1] ^= 1;

        Assert.Throws<KeyFormatException>(() => PrivateKey.Decode(bytes));
    }

    [Theory]
    [InlineData(SpecKeys.Secp256k1Private)]
    public void PrivateKey_OfAnotherKind_SaysWhichKind(string hex) =>
        Assert.Equal(KeyType.Secp256k1, Assert.Throws<UnsupportedKeyTypeException>(() => PrivateKey.Decode(SpecKeys.Bytes(hex))).Type);

    [Fact]
    public void PublicKey_OfAnotherKind_SaysWhichKind() =>
        Assert.Equal(KeyType.Secp256k1, Assert.Throws<UnsupportedKeyTypeException>(() => PublicKey.Decode(SpecKeys.Bytes(SpecKeys.Secp256k1Public))).Type);

    [Theory]
    [InlineData("")]
    [InlineData("0801")] // no data
    [InlineData("08011220")] // data missing
    [InlineData("080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce2")] // a byte short
    [InlineData("080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e00")] // a byte long
    [InlineData("1801")] // another field first
    [InlineData("08091220")] // no such kind
    [InlineData("0881001220")] // varint not minimal
    [InlineData("12201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e0801")] // fields swapped
    [InlineData("0801121fd1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e")] // 31 bytes of key
    public void PublicKey_NotInTheOneEncoding_IsRefused(string hex) =>
        Assert.Throws<KeyFormatException>(() => PublicKey.Decode(SpecKeys.Bytes(hex)));

    [Fact]
    public void PublicKey_LargerThanAnyKey_IsRefused() =>
        Assert.Throws<KeyFormatException>(() => PublicKey.Decode(new byte[9000]));

    [Fact]
    public void PeerId_OfAnEd25519Key_ContainsTheKey()
    {
        var key = PublicKey.Decode(SpecKeys.Bytes(SpecKeys.Ed25519Public));

        Assert.StartsWith("12D3KooW", key.PeerId.ToString(), StringComparison.Ordinal);
        Assert.True(PublicKey.TryExtract(key.PeerId, out var extracted));
        Assert.Equal(key, extracted);
    }

    [Fact]
    public void PeerId_ThatIsAHash_ContainsNoKey() =>
        Assert.False(PublicKey.TryExtract(PeerId.Parse("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N"), out _));

    [Fact]
    public void PeerId_OfTheSpecsExample_ContainsAKeyThatHasThisPeerId()
    {
        var peer = PeerId.Parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");

        Assert.True(PublicKey.TryExtract(peer, out var key));
        Assert.Equal(peer, key.PeerId);
    }

    [Fact]
    public void Signature_IsAcceptedForItsDataOnly()
    {
        using var key = PrivateKey.Generate();
        var signature = key.Sign("data"u8);

        Assert.True(key.PublicKey.Verify("data"u8, signature));
        Assert.False(key.PublicKey.Verify("Data"u8, signature));
        Assert.False(key.PublicKey.Verify("data"u8, signature.AsSpan(1)));
        signature[0] ^= 1;
        Assert.False(key.PublicKey.Verify("data"u8, signature));
    }
}
