using CsCheck;
using IpfsKit.TestKit.Generators;

namespace IpfsKit.Multiformats.Tests;

public sealed class MultihashTests
{
    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("1220")]
    [InlineData("122000")]
    [InlineData("9200")] // the code is not in its shortest form
    [InlineData("12a000")]
    [InlineData("008101")] // longer than the limit
    [InlineData("ffffffff1f00")] // code over 32 bits
    public void FromBytes_MalformedBytes_Throws(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.False(Multihash.TryRead(bytes, out var multihash, out _));
        Assert.True(multihash.IsDefault);
        Assert.Throws<FormatException>(() => Multihash.FromBytes(bytes));
    }

    [Fact]
    public void FromBytes_BytesBehind_Throws()
    {
        byte[] bytes = [0x00, 0x01, 0xaa, 0xbb];
        Assert.True(Multihash.TryRead(bytes, out _, out var read));
        Assert.Equal(3, read);
        Assert.Throws<FormatException>(() => Multihash.FromBytes(bytes));
    }

    [Fact]
    public void Default_WhenUsed_Throws()
    {
        Assert.Equal("(no multihash)", default(Multihash).ToString());
        Assert.Throws<InvalidOperationException>(() => default(Multihash).Code);
        Assert.Throws<InvalidOperationException>(() => default(Multihash).Digest.Length);
        Assert.Throws<InvalidOperationException>(() => default(Multihash).ToBytes());
        Assert.NotEqual(default, new Multihash(Multicodec.Identity, []));
    }

    [Fact]
    public void Constructor_DigestOverTheLimit_Throws() =>
        Assert.Throws<ArgumentException>(() => new Multihash(Multicodec.Identity, new byte[Multihash.MaxDigestBytes + 1]));

    [Fact]
    public void TryRead_WhatWriteBytesWrote_GivesTheValueBack() => MultiformatsGen.Multihash.Sample(
        multihash =>
        {
            var bytes = multihash.ToBytes();
            return bytes.Length == multihash.ByteCount && bytes.Length <= Multihash.MaxBytes
                && Multihash.FromBytes(bytes) == multihash && Multihash.FromBytes(bytes).GetHashCode() == multihash.GetHashCode()
                && !Multihash.TryRead(bytes.AsSpan(0, bytes.Length - 1), out _, out _);
        },
        iter: 10_000);

    [Fact]
    public void TryRead_AnyBytes_AcceptsOnlyWhatWriteBytesWrites() => Gen.Byte.Array[0, 150].Sample(
        bytes => !Multihash.TryRead(bytes, out var multihash, out var read) || multihash.ToBytes().AsSpan().SequenceEqual(bytes.AsSpan(0, read)),
        iter: 20_000);

    [Fact]
    public void Equals_OtherCodeOrDigest_IsFalse() => Gen.Select(MultiformatsGen.Multihash, MultiformatsGen.Multihash).Sample(
        (left, right) => (left == right) == left.ToBytes().AsSpan().SequenceEqual(right.ToBytes()),
        iter: 10_000);
}
