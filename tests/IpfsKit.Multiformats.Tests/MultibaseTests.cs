using System.Text;
using CsCheck;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Generators;

namespace IpfsKit.Multiformats.Tests;

public sealed class MultibaseTests
{
    // Of the table's encodings, these are not supported: no CID, peer id or address is written in them.
    private static readonly string[] Unsupported = ["base2", "base8", "base10", "base256emoji"];

    public static TheoryData<string> VectorFiles =>
        ["multibase-basic.csv", "multibase-leading_zero.csv", "multibase-two_leading_zeros.csv", "multibase-case_insensitivity.csv"];

    [Theory]
    [MemberData(nameof(VectorFiles))]
    public void Vectors_EverySupportedBase_EncodesAndDecodes(string file)
    {
        var (bytes, isCanonical, rows) = ReadVectors(file);
        Assert.NotEmpty(rows);
        var seen = new HashSet<MultibaseEncoding>();
        foreach (var (name, text) in rows)
        {
            if (Unsupported.Contains(name))
            {
                Assert.False(Multibase.TryDecode(text, out _, out _), name);
                continue;
            }

            Assert.True(Multibase.TryDecode(text, out var decoded, out var encoding), name);
            Assert.Equal(bytes, decoded);
            Assert.Equal(name, encoding.ToString(), ignoreCase: true);
            if (isCanonical)
                Assert.Equal(text, Multibase.Encode(encoding, bytes));
            seen.Add(encoding);
        }

        if (file == "multibase-basic.csv")
            Assert.Equal(Enum.GetValues<MultibaseEncoding>().ToHashSet(), seen);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?aaaa")]
    [InlineData("f1")] // half a byte
    [InlineData("f0g")]
    [InlineData("f 00")]
    [InlineData("ba")] // five bits
    [InlineData("baaa")] // a character too many
    [InlineData("bab")] // unused bits set
    [InlineData("baa======")] // padding where there is none
    [InlineData("baaaaaaaa=")]
    [InlineData("caa")] // no padding where there must be
    [InlineData("caa=====")]
    [InlineData("caa=======")]
    [InlineData("c========")]
    [InlineData("caaaaaaaa========")]
    [InlineData("ba1")] // not in the alphabet, though some decoders read 1 as i
    [InlineData("bA0")]
    [InlineData("b aa")]
    [InlineData("hYY")] // z-base-32 is lower case
    [InlineData("k-")]
    [InlineData("z0")] // base58 has no 0, O, I, l
    [InlineData("zO")]
    [InlineData("zI")]
    [InlineData("zl")]
    [InlineData("z 1")]
    [InlineData("mAAA=")]
    [InlineData("mA")]
    [InlineData("mAB")] // unused bits set
    [InlineData("mAA-_")]
    [InlineData("uAA+/")]
    [InlineData("MAA")]
    [InlineData("MAA=")]
    [InlineData("MAA===")]
    [InlineData("M====")]
    [InlineData("mAA\nAA")]
    [InlineData("béé")]
    [InlineData("ｂaa")]
    public void TryDecode_MalformedText_IsRefused(string text)
    {
        Assert.False(Multibase.TryDecode(text, out var bytes, out _));
        Assert.Empty(bytes);
        var exception = Assert.Throws<FormatException>(() => Multibase.Decode(text, out _));
        Assert.Contains(text, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryDecode_PrefixAlone_IsNoBytes()
    {
        foreach (var encoding in Enum.GetValues<MultibaseEncoding>())
        {
            Assert.True(Multibase.TryDecode(((char)encoding).ToString(), out var bytes, out _));
            Assert.Empty(bytes);
            Assert.Equal(((char)encoding).ToString(), Multibase.Encode(encoding, []));
        }
    }

    [Theory]
    [InlineData(MultibaseEncoding.Base58Btc)]
    [InlineData(MultibaseEncoding.Base36)]
    public void QuadraticBases_OverTheLimit_AreRefused(MultibaseEncoding encoding)
    {
        var most = new byte[Multibase.MaxRadixBytes];
        Array.Fill(most, (byte)0xff);
        var text = Multibase.Encode(encoding, most);
        Assert.True(Multibase.TryDecode(text, out var decoded, out _));
        Assert.Equal(most, decoded);
        Assert.False(Multibase.TryDecode(text + "11", out _, out _));
        Assert.False(Multibase.TryDecode((char)encoding + new string('1', 1_000_000), out _, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => Multibase.Encode(encoding, new byte[Multibase.MaxRadixBytes + 1]));
    }

    [Fact]
    public void UnknownEncoding_Throws()
    {
        Assert.False(Multibase.IsSupported((MultibaseEncoding)'?'));
        Assert.Throws<ArgumentOutOfRangeException>(() => Multibase.Encode((MultibaseEncoding)'?', [1]));
    }

    [Fact]
    public void TryDecode_WhatEncodeWrote_GivesTheBytesBack() => Gen.Select(MultiformatsGen.Base, Gen.Byte.Array[0, 200], Gen.Int[0, 3]).Sample(
        (encoding, bytes, zeros) =>
        {
            Array.Clear(bytes, 0, Math.Min(zeros, bytes.Length));
            var text = Multibase.Encode(encoding, bytes);
            return text.Length <= Multibase.GetMaxEncodedLength(encoding, bytes.Length)
                && Multibase.TryDecode(text, out var decoded, out var found) && found == encoding && decoded.AsSpan().SequenceEqual(bytes);
        },
        iter: 20_000);

    [Fact]
    public void TryDecode_TextThatIsAccepted_IsWhatEncodeWrites() =>
        Gen.Select(MultiformatsGen.Base, Gen.String[Gen.OneOf(Gen.Char["0123456789abcdefghijkmnopqrstuv"], Gen.Char[' ', '='], Gen.Char['\0', 'ÿ']), 0, 20]).Sample(
            (encoding, body) =>
            {
                var text = (char)encoding + body;
                return !Multibase.TryDecode(text, out var bytes, out _)
                    || string.Equals(Multibase.Encode(encoding, bytes), text, StringComparison.OrdinalIgnoreCase);
            },
            iter: 50_000);

    [Fact]
    public void SpanOverloads_ShortDestination_ReturnFalse()
    {
        foreach (var encoding in Enum.GetValues<MultibaseEncoding>())
        {
            byte[] bytes = [1, 2, 3, 4, 5];
            var text = Multibase.Encode(encoding, bytes);
            Assert.False(Multibase.TryEncode(encoding, bytes, new char[text.Length - 1], out var chars));
            Assert.Equal(0, chars);
            Assert.False(Multibase.TryDecode(text, new byte[4], out var written, out _));
            Assert.Equal(0, written);
            Assert.True(Multibase.TryDecode(text, new byte[Multibase.GetMaxDecodedLength(text.Length)], out written, out _));
            Assert.Equal(5, written);
        }
    }

    private static (byte[] Bytes, bool IsCanonical, List<(string Name, string Text)> Rows) ReadVectors(string file)
    {
        var lines = File.ReadAllLines(Fixtures.Path("multiformats", file));
        var header = lines[0].Split(',', 2);
        var plain = header[1].Trim().Trim('"').Replace("\\x00", "\0", StringComparison.Ordinal);
        var rows = lines[1..].Where(line => line.Length > 0)
            .Select(line => line.Split(',', 2))
            .Select(parts => (parts[0].Trim(), parts[1].Trim().Trim('"')));
        return (Encoding.UTF8.GetBytes(plain), header[0] == "encoding", rows.ToList());
    }
}
