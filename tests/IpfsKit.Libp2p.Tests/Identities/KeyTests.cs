using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Identities;

public sealed class KeyTests
{
    public static TheoryData<KeyType> Types => [KeyType.Ed25519, KeyType.Secp256k1, KeyType.Ecdsa, KeyType.Rsa];

    [Theory]
    [InlineData(KeyType.Ed25519, SpecKeys.Ed25519Private, SpecKeys.Ed25519Public)]
    [InlineData(KeyType.Secp256k1, SpecKeys.Secp256k1Private, SpecKeys.Secp256k1Public)]
    [InlineData(KeyType.Ecdsa, SpecKeys.EcdsaPrivate, SpecKeys.EcdsaPublic)]
    [InlineData(KeyType.Rsa, SpecKeys.RsaPrivate, SpecKeys.RsaPublic)]
    public void PrivateKey_SpecVector_YieldsThePublicKeyOfTheSpec(KeyType type, string secret, string open)
    {
        using var key = PrivateKey.Decode(SpecKeys.Bytes(secret));

        Assert.Equal(type, key.Type);
        Assert.Equal(open, Convert.ToHexStringLower(key.PublicKey.Encoded.Span));
        Assert.Equal(secret, Convert.ToHexStringLower(key.Encode()));
        Assert.Equal(PublicKey.Decode(SpecKeys.Bytes(open)), key.PublicKey);
    }

    [Theory]
    [InlineData(GoKeys.RsaPublic, GoKeys.RsaSignature)]
    [InlineData(GoKeys.Secp256k1Public, GoKeys.Secp256k1Signature)]
    [InlineData(GoKeys.EcdsaPublic, GoKeys.EcdsaSignature)]
    public void Signature_OfGo_IsAccepted(string key, string signature)
    {
        var publicKey = PublicKey.Decode(SpecKeys.Bytes(key));

        Assert.True(publicKey.Verify("Libp2p is the _best_!"u8, SpecKeys.Bytes(signature)));
        Assert.False(publicKey.Verify("Libp2p is the _best_?"u8, SpecKeys.Bytes(signature)));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Generate_EachType_SignsAndSurvivesItsEncoding(KeyType type)
    {
        using var key = PrivateKey.Generate(type);
        using var again = PrivateKey.Decode(key.Encode());

        Assert.Equal(type, again.Type);
        Assert.Equal(key.PublicKey, again.PublicKey);
        var signature = again.Sign("data"u8);
        Assert.True(PublicKey.Decode(key.PublicKey.Encoded.Span).Verify("data"u8, signature));
        Assert.False(key.PublicKey.Verify("Data"u8, signature));
        Assert.False(key.PublicKey.Verify("data"u8, [.. signature, 0]));
        Assert.False(key.PublicKey.Verify("data"u8, []));
        Assert.False(key.PublicKey.Verify("data"u8, new byte[100_000]));
        using var other = PrivateKey.Generate(type);
        Assert.False(other.PublicKey.Verify("data"u8, signature));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Keys_ManyThreads_SignAndVerify(KeyType type)
    {
        using var key = PrivateKey.Generate(type);

        await Parallel.ForAsync(0, 32, TestContext.Current.CancellationToken, (i, _) =>
        {
            byte[] data = [(byte)i];
            Assert.True(key.PublicKey.Verify(data, key.Sign(data)));
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void Generate_UnknownType_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => PrivateKey.Generate((KeyType)4));

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
