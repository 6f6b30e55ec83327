using System.Text;
using CsCheck;
using IpfsKit.TestKit;

namespace IpfsKit.Multiformats.Tests;

public sealed class MultihashAlgorithmTests
{
    private static readonly byte[] Abc = "abc"u8.ToArray();

    [Fact]
    public void Compute_EveryVector_BeginsWithItsDigest()
    {
        var rows = File.ReadAllLines(Fixtures.Path("multiformats", "multihash-test_cases.csv"))[1..];
        Assert.Equal(260, rows.Length);
        foreach (var row in rows.Select(line => line.Split(',')))
        {
            // The vectors hash the text of the input column, not the bytes that it spells.
            var data = Encoding.ASCII.GetBytes(row[2]);
            var expected = Multihash.FromBytes(Convert.FromHexString(row[3]));
            Assert.Equal(int.Parse(row[1], provider: null), expected.DigestLength * 8);
            var actual = MultihashAlgorithm.Compute(expected.Code, data);
            Assert.True(actual.Digest[..expected.DigestLength].SequenceEqual(expected.Digest), row[0]);
            if (expected.DigestLength >= MultihashAlgorithm.MinVerifiedDigestBytes)
                Assert.True(MultihashAlgorithm.Verify(expected, data));
            else
                Assert.Throws<UnsupportedHashException>(() => MultihashAlgorithm.Verify(expected, data));
        }
    }

    // Made with Python's hashlib; keccak and blake3 from their authors' vectors.
    [Theory]
    [InlineData(Multicodec.Identity, "616263")]
    [InlineData(Multicodec.Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d")]
    [InlineData(Multicodec.Sha2_224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7")]
    [InlineData(Multicodec.Sha2_256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData(Multicodec.Sha2_384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7")]
    [InlineData(Multicodec.Sha2_512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")]
    [InlineData(Multicodec.Sha2_512_224, "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa")]
    [InlineData(Multicodec.Sha2_512_256, "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23")]
    [InlineData(Multicodec.Sha3_224, "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf")]
    [InlineData(Multicodec.Sha3_256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532")]
    [InlineData(Multicodec.Sha3_384, "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25")]
    [InlineData(Multicodec.Sha3_512, "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0")]
    [InlineData(Multicodec.Keccak256, "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [InlineData(Multicodec.Shake256, "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739d5a15bef186a5386c75744c0527e1faa9f8726e462a12a4feb06bd8801e751e4")]
    [InlineData(Multicodec.Blake2b_160, "384264f676f39536840523f284921cdc68b6846b")]
    [InlineData(Multicodec.Blake2b_256, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")]
    [InlineData(Multicodec.Blake2b_512, "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923")]
    [InlineData(Multicodec.Blake2s_160, "5ae3b99be29b01834c3b508521ede60438f8de17")]
    [InlineData(Multicodec.Blake2s_256, "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982")]
    [InlineData(Multicodec.Blake3, "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85")]
    [InlineData(Multicodec.DblSha2_256, "4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358")]
    public void Compute_Abc_IsThePublishedDigest(Multicodec code, string hex)
    {
        var multihash = MultihashAlgorithm.Compute(code, Abc);
        Assert.Equal(hex, Convert.ToHexStringLower(multihash.Digest));
        Assert.True(MultihashAlgorithm.IsSupported(code));
        Assert.True(MultihashAlgorithm.Verify(multihash, Abc));
        Assert.False(MultihashAlgorithm.Verify(multihash, "abd"u8));
    }

    [Fact]
    public void Verify_LongBlake3_ChecksEveryByte()
    {
        // The empty input's extended output, from the BLAKE3 authors' vectors.
        var digest = Convert.FromHexString("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262e00f03e7b69af26b7faaf09fcd333050338ddfe085b8cc869ca98b206c08243a");
        Assert.True(MultihashAlgorithm.Verify(new Multihash(Multicodec.Blake3, digest), []));
        digest[^1] ^= 1;
        Assert.False(MultihashAlgorithm.Verify(new Multihash(Multicodec.Blake3, digest), []));
    }

    [Fact]
    public void Verify_DigestLongerThanTheFunctions_IsFalse()
    {
        var digest = MultihashAlgorithm.Compute(Multicodec.Sha2_256, Abc).Digest;
        Assert.False(MultihashAlgorithm.Verify(new Multihash(Multicodec.Sha2_256, [.. digest, 0]), Abc));
    }

    [Fact]
    public void Verify_ShortDigest_ThrowsWithTheLength()
    {
        var truncated = new Multihash(Multicodec.Sha2_256, MultihashAlgorithm.Compute(Multicodec.Sha2_256, Abc).Digest[..19]);
        var exception = Assert.Throws<UnsupportedHashException>(() => MultihashAlgorithm.Verify(truncated, Abc));
        Assert.Equal((Multicodec.Sha2_256, 19), (exception.Code, exception.DigestLength));
        Assert.Contains("sha2-256 digest of 19 bytes", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Multicodec.Md5)]
    [InlineData(Multicodec.Blake2b_8)]
    [InlineData(Multicodec.Blake2s_8)]
    [InlineData((Multicodec)0x300000)]
    public void Compute_UnsupportedFunction_ThrowsWithTheCode(Multicodec code)
    {
        Assert.False(MultihashAlgorithm.IsSupported(code));
        Assert.Equal(code, Assert.Throws<UnsupportedHashException>(() => MultihashAlgorithm.Compute(code, Abc)).Code);
        Assert.Equal(code, Assert.Throws<UnsupportedHashException>(() => MultihashAlgorithm.Verify(new Multihash(code, new byte[32]), Abc)).Code);
    }

    [Fact]
    public void Verify_Murmur3_IsNoProof()
    {
        var multihash = MultihashAlgorithm.Compute(Multicodec.Murmur3X64_64, "hello"u8);
        Assert.Equal("cbd8a7b341bd9b02", Convert.ToHexStringLower(multihash.Digest));
        Assert.False(MultihashAlgorithm.IsVerifiable(Multicodec.Murmur3X64_64));
        Assert.Throws<UnsupportedHashException>(() => MultihashAlgorithm.Verify(multihash, "hello"u8));
    }

    [Theory]
    [InlineData("", 0x0ul)]
    [InlineData("hello", 0xcbd8a7b341bd9b02ul)]
    [InlineData("hello, world", 0x342fac623a5ebc8eul)]
    [InlineData("19 Jan 2038 at 3:14:07 AM", 0xb89e5988b737affcul)]
    [InlineData("The quick brown fox jumps over the lazy dog.", 0xcd99481f9ee902c9ul)]
    public void Murmur3_KnownTexts_HashAsElsewhere(string text, ulong expected) =>
        Assert.Equal(expected, Murmur3.HashX64To64(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Identity_OverTheLimit_Throws() =>
        Assert.Throws<ArgumentException>(() => MultihashAlgorithm.Compute(Multicodec.Identity, new byte[Multihash.MaxDigestBytes + 1]));

    [Fact]
    public void Verify_EverySupportedFunction_AcceptsItsOwnAndRefusesAFlippedBit()
    {
        var codes = MulticodecTable.All.Select(entry => entry.Code).Where(MultihashAlgorithm.IsVerifiable).ToArray();
        Assert.Equal(77, codes.Length);
        Gen.Select(Gen.OneOf(codes), Gen.Byte.Array[1, 100], Gen.Int[0, 799]).Sample(
            (code, data, bit) =>
            {
                var multihash = MultihashAlgorithm.Compute(code, data);
                var accepted = MultihashAlgorithm.Verify(multihash, data);
                data[bit / 8 % data.Length] ^= (byte)(1 << (bit % 8));
                return accepted && !MultihashAlgorithm.Verify(multihash, data);
            },
            iter: 2_000);
    }
}
