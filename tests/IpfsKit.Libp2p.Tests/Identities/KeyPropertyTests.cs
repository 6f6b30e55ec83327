using CsCheck;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Identities;

public sealed class KeyPropertyTests
{
    private static readonly Gen<KeyType> Types = Gen.Int[0, (int)KeyType.Ecdsa].Select(type => (KeyType)type);

    [Fact]
    public void KeyProtobuf_WhatWasEncoded_DecodesToTheSameAndNothingElseDoes() => Gen.Select(Types, Gen.Byte.Array[0, 300], Gen.Byte, Gen.Int[0, 1000]).Sample(
        (type, data, extra, cut) =>
        {
            var encoded = KeyProtobuf.Encode(type, data);
            Assert.Equal(type, KeyProtobuf.Decode(encoded, out var decoded));
            Assert.Equal(data, decoded.ToArray());
            Assert.Throws<KeyFormatException>(() => KeyProtobuf.Decode([.. encoded, extra], out _));
            Assert.Throws<KeyFormatException>(() => KeyProtobuf.Decode(encoded.AsSpan(0, cut % encoded.Length), out _));
        },
        iter: Soak.Count(2000, 500_000));

    [Fact]
    public void KeyProtobuf_AnyBytesThatDecode_AreTheOneEncodingOfTheKey() => Gen.Select(
            Gen.OneOf(Gen.Const<byte>(0x08), Gen.Byte), Gen.Byte[0, 5], Gen.OneOf(Gen.Const<byte>(0x12), Gen.Byte), Gen.Byte[0, 12], Gen.Byte.Array[0, 12])
        .Sample(
            (typeTag, type, dataTag, length, data) =>
            {
                byte[] bytes = [typeTag, type, dataTag, length, .. data];
                try
                {
                    var decoded = KeyProtobuf.Decode(bytes, out var content);
                    Assert.Equal(bytes, KeyProtobuf.Encode(decoded, content));
                }
                catch (KeyFormatException)
                {
                    Assert.False(typeTag == 0x08 && type <= (byte)KeyType.Ecdsa && dataTag == 0x12 && length == data.Length);
                }
            },
            iter: Soak.Count(5000, 1_000_000));

    [Fact]
    public void PublicKey_AnyThatIsAccepted_IsItsEncodingAndItsPeerId() => Gen.Byte.Array[32].Sample(
        raw =>
        {
            var encoded = KeyProtobuf.Encode(KeyType.Ed25519, raw);
            PublicKey key;
            try
            {
                key = PublicKey.Decode(encoded);
            }
            catch (KeyFormatException)
            {
                return;
            }

            Assert.Equal(encoded, key.Encoded.ToArray());
            Assert.Equal(key, PublicKey.Decode(key.Encoded.Span));
            Assert.Equal(key.GetHashCode(), PublicKey.Decode(encoded).GetHashCode());
            Assert.True(PublicKey.TryExtract(PeerId.Parse(key.ToString()), out var extracted));
            Assert.Equal(key, extracted);
            Assert.False(key.Verify("data"u8, new byte[64]));
        },
        iter: Soak.Count(500, 50_000));

    [Fact]
    public void Keys_NewOnes_SignWhatTheirPublicHalvesVerify() => Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, 511]).Sample(
        (data, bit) =>
        {
            using var key = PrivateKey.Generate();
            using var again = PrivateKey.Decode(key.Encode());
            Assert.Equal(key.PublicKey, again.PublicKey);
            var signature = again.Sign(data);
            Assert.True(PublicKey.Decode(key.PublicKey.Encoded.Span).Verify(data, signature));
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(key.PublicKey.Verify(data, signature));
        },
        iter: Soak.Count(100, 10_000));
}
