using System.Text;
using CsCheck;
using IpfsKit.TestKit.Generators;

namespace IpfsKit.Multiformats.Tests;

public sealed class CidTests
{
    private const string V0 = "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n";
    private const string V1 = "bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

    [Theory]
    [InlineData(V0)]
    [InlineData(V1)]
    [InlineData("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku")]
    [InlineData("bafkqaaa")] // identity of nothing
    public void Parse_TextOfEitherVersion_PrintsTheSameText(string text) =>
        Assert.Equal(text, Cid.Parse(text).ToString());

    [Fact]
    public void Parse_OneDagInBothVersions_IsOneHash()
    {
        var v0 = Cid.Parse(V0);
        var v1 = Cid.Parse(V1);
        Assert.NotEqual(v0, v1);
        Assert.Equal(v0.ToV1(), v1);
        Assert.True(v1.TryToV0(out var back));
        Assert.Equal(v0, back);
        Assert.Equal((0, 1, Multicodec.DagPb, Multicodec.DagPb), (v0.Version, v1.Version, v0.Codec, v1.Codec));
    }

    [Fact]
    public void Parse_AnyBase_IsTheSameCid()
    {
        var cid = Cid.Parse(V1);
        foreach (var encoding in Enum.GetValues<MultibaseEncoding>())
        {
            var text = cid.ToString(encoding);
            Assert.Equal((char)encoding, text[0]);
            Assert.Equal(cid, Cid.Parse(text));
        }
    }

    [Fact]
    public void Parse_V1OfWhatV0CouldHold_StaysV1()
    {
        // zdj7… is base58btc of a version 1 with dag-pb and sha2-256: legal, and not a version 0.
        var cid = Cid.Parse(Cid.Parse(V1).ToString(MultibaseEncoding.Base58Btc));
        Assert.Equal((1, Multicodec.DagPb), (cid.Version, cid.Codec));
    }

    [Theory]
    [InlineData("")]
    [InlineData("b")]
    [InlineData("Q")]
    [InlineData("QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1")]
    [InlineData("QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR10")]
    [InlineData("QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n1")]
    [InlineData("z" + V0)] // version 0 has no multibase form
    [InlineData(V1 + "a")]
    [InlineData(" " + V1)]
    [InlineData("/ipfs/" + V1)]
    [InlineData("ipfs://" + V1)]
    [InlineData("bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyk")]
    [InlineData("f00")]
    [InlineData("f0171")]
    [InlineData("f02701220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")] // reserved versions
    [InlineData("f03701220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("f00701220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("f1220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")] // version 0 again
    [InlineData("f121fe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8")]
    [InlineData("f8100701220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")] // version in a long form
    public void Parse_TextThatIsNoCid_ThrowsWithTheText(string text)
    {
        Assert.False(Cid.TryParse(text, out var cid));
        Assert.True(cid.IsDefault);
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => Cid.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_LongText_NamesOnlyItsBeginning() =>
        Assert.InRange(Assert.Throws<FormatException>(() => Cid.Parse(new string('b', 1_000_000))).Message.Length, 128, 256);

    [Fact]
    public void Parse_LongestIdentity_RoundTrips()
    {
        var cid = Cid.CreateV1((Multicodec)uint.MaxValue, new Multihash((Multicodec)uint.MaxValue, new byte[Multihash.MaxDigestBytes]));
        Assert.Equal(Cid.MaxBytes, cid.ByteCount);
        Assert.Equal(Cid.MaxTextLength, cid.ToString(MultibaseEncoding.Base16).Length);
        Assert.Equal(cid, Cid.Parse(cid.ToString(MultibaseEncoding.Base16)));
    }

    [Fact]
    public void CreateV0_AnyOtherHash_Throws()
    {
        Assert.Throws<ArgumentException>(() => Cid.CreateV0(new Multihash(Multicodec.Sha2_256, new byte[20])));
        Assert.Throws<ArgumentException>(() => Cid.CreateV0(new Multihash(Multicodec.Sha2_512, new byte[32])));
        Assert.Throws<ArgumentException>(() => Cid.CreateV1(Multicodec.Raw, default));
    }

    [Fact]
    public void Default_WhenUsed_Throws()
    {
        Assert.Equal("(no CID)", default(Cid).ToString());
        Assert.Equal("(no CID)", $"{default(Cid)}");
        Assert.Throws<InvalidOperationException>(() => default(Cid).Version);
        Assert.Throws<InvalidOperationException>(() => default(Cid).Codec);
        Assert.Throws<InvalidOperationException>(() => default(Cid).ToBytes());
        Assert.Throws<InvalidOperationException>(() => default(Cid).ToV1());
    }

    [Fact]
    public void TryFormat_ShortDestination_ReturnsFalse()
    {
        var cid = Cid.Parse(V1);
        Assert.False(cid.TryFormat(new char[V1.Length - 1], out var chars));
        Assert.Equal(0, chars);
        Assert.False(cid.TryFormat(new byte[V1.Length - 1], out var bytes, default, null));
        Assert.Equal(0, bytes);
        var utf8 = new byte[V1.Length];
        Assert.True(cid.TryFormat(utf8, out bytes, default, null));
        Assert.Equal(V1, Encoding.UTF8.GetString(utf8, 0, bytes));
    }

    [Fact]
    public void Format_MultibasePrefix_ChoosesTheBase()
    {
        var cid = Cid.Parse(V1);
        Assert.Equal(cid.ToString(MultibaseEncoding.Base36), $"{cid:k}");
        Assert.Equal(V1, $"{cid}");
        Assert.Equal(V0, $"{Cid.Parse(V0):k}");
        Assert.Throws<FormatException>(() => $"{cid:x}");
    }

    [Fact]
    public void TryParse_WhatToStringWrote_GivesTheCidBack() => Gen.Select(MultiformatsGen.Cid, MultiformatsGen.Base).Sample(
        (cid, encoding) => Cid.TryParse(cid.ToString(encoding), out var read) && read == cid && Cid.Parse(cid.ToString()) == cid,
        iter: 20_000);

    [Fact]
    public void TryRead_WhatWriteBytesWrote_GivesTheCidBack() => MultiformatsGen.Cid.Sample(
        cid =>
        {
            var bytes = cid.ToBytes();
            return bytes.Length == cid.ByteCount && Cid.FromBytes(bytes) == cid && Cid.FromBytes(bytes).GetHashCode() == cid.GetHashCode();
        },
        iter: 10_000);

    [Fact]
    public void CompareTo_AnyTwo_OrdersAsTheirBytes() => Gen.Select(MultiformatsGen.Cid, MultiformatsGen.Cid).Sample(
        (left, right) => Math.Sign(left.CompareTo(right)) == Math.Sign(left.ToBytes().AsSpan().SequenceCompareTo(right.ToBytes()))
            && left.CompareTo(left) == 0 && default(Cid).CompareTo(left) < 0 && left.CompareTo(default) > 0,
        iter: 10_000);

    [Fact]
    public void FromBytes_AnyBytes_ThrowsNothingButFormatException() => Gen.Byte.Array[0, 160].Sample(
        bytes =>
        {
            try
            {
                return Cid.FromBytes(bytes).ToBytes().AsSpan().SequenceEqual(bytes);
            }
            catch (FormatException)
            {
                return true;
            }
        },
        iter: 20_000);

    [Fact]
    public void Parse_AnyText_ThrowsNothingButFormatException() => Gen.String[Gen.Char, 0, 80].Sample(
        text =>
        {
            try
            {
                return string.Equals(Cid.Parse(text).ToString((MultibaseEncoding)text[0]), text, StringComparison.OrdinalIgnoreCase);
            }
            catch (FormatException)
            {
                return true;
            }
        },
        iter: 20_000);
}
