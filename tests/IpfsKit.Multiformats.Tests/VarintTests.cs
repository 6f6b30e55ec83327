using CsCheck;

namespace IpfsKit.Multiformats.Tests;

public sealed class VarintTests
{
    [Theory]
    [InlineData(0ul, "00")]
    [InlineData(1ul, "01")]
    [InlineData(127ul, "7f")]
    [InlineData(128ul, "8001")]
    [InlineData(255ul, "ff01")]
    [InlineData(300ul, "ac02")]
    [InlineData(16384ul, "808001")]
    [InlineData(Varint.MaxValue, "ffffffffffffffff7f")]
    public void Write_Value_IsTheSpecsExample(ulong value, string hex)
    {
        var bytes = new byte[Varint.GetByteCount(value)];
        Assert.Equal(bytes.Length, Varint.Write(bytes, value));
        Assert.Equal(hex, Convert.ToHexStringLower(bytes));
        Assert.True(Varint.TryRead(bytes, out var read, out var length));
        Assert.Equal((value, bytes.Length), (read, length));
    }

    [Theory]
    [InlineData("", VarintStatus.NeedMoreData)]
    [InlineData("80", VarintStatus.NeedMoreData)]
    [InlineData("8000", VarintStatus.NotCanonical)]
    [InlineData("818000", VarintStatus.NotCanonical)]
    [InlineData("ffffffffffffffffff", VarintStatus.TooLong)]
    [InlineData("ffffffffffffffffff01", VarintStatus.TooLong)]
    [InlineData("80808080808080808000", VarintStatus.TooLong)]
    public void Read_MalformedBytes_SaysHow(string hex, VarintStatus expected)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(expected, Varint.Read(bytes, out var value, out var read));
        Assert.Equal((0ul, 0), (value, read));
        Assert.Throws<FormatException>(() =>
        {
            ReadOnlySpan<byte> rest = bytes;
            return Varint.Take(ref rest);
        });
    }

    [Fact]
    public void Write_ValueOver63Bits_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Varint.Write(new byte[10], Varint.MaxValue + 1));

    [Fact]
    public void Write_ShortDestination_Throws() => Assert.Throws<ArgumentException>(() => Varint.Write(new byte[1], 128));

    [Fact]
    public void Take_SeveralVarints_MovesPastEach()
    {
        ReadOnlySpan<byte> bytes = [0xac, 0x02, 0x05, 0xff];
        Assert.Equal(300ul, Varint.Take(ref bytes));
        Assert.Equal(5ul, Varint.Take(ref bytes));
        Assert.Equal(1, bytes.Length);
    }

    [Fact]
    public void Read_WhatWriteWrote_GivesTheValueBack() => Gen.ULong[0, Varint.MaxValue].Sample(
        value =>
        {
            Span<byte> bytes = stackalloc byte[Varint.MaxBytes];
            var written = Varint.Write(bytes, value);
            return Varint.TryRead(bytes, out var read, out var length) && read == value && length == written && written == Varint.GetByteCount(value);
        },
        iter: 10_000);

    [Fact]
    public void Read_AnyBytes_AcceptsOnlyWhatWriteWrites() => Gen.Byte.Array[0, 12].Sample(
        bytes =>
        {
            if (!Varint.TryRead(bytes, out var value, out var length))
                return true;
            Span<byte> again = stackalloc byte[Varint.MaxBytes];
            return again[..Varint.Write(again, value)].SequenceEqual(bytes.AsSpan(0, length));
        },
        iter: 10_000);
}
