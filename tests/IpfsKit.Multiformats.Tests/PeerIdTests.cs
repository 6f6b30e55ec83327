using CsCheck;
using IpfsKit.TestKit.Generators;

namespace IpfsKit.Multiformats.Tests;

public sealed class PeerIdTests
{
    private const string Ed25519 = "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq";

    // Keys: https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md#test-vectors; ids computed with Python.
    [Theory]
    [InlineData("080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e", Ed25519)]
    [InlineData("08021221037777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99", "16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY")]
    [InlineData(
        "0803125b3059301306072a8648ce3d020106082a8648ce3d03010703420004de3d300fa36ae0e8f5d530899d83abab44abf3161f162a4bc901d8e6ecda020e8b6d5f8da30525e71d6851510c098e5c47c646a597fb4dcec034e9f77c409e62",
        "QmVMT29id3TUASyfZZ6k9hmNyc2nYabCo4uMSpDw4zrgDk")]
    public void FromPublicKey_KeyOfTheSpec_IsItsName(string keyHex, string text)
    {
        var key = Convert.FromHexString(keyHex);
        var peerId = PeerId.FromPublicKey(key);
        Assert.Equal(text, peerId.ToString());
        Assert.Equal(peerId, PeerId.Parse(text));
        Assert.Equal(key.Length <= PeerId.MaxInlineKeyBytes, peerId.TryGetPublicKey(out var inline));
        if (!inline.IsEmpty)
            Assert.Equal(keyHex, Convert.ToHexStringLower(inline));
        Assert.Equal(peerId, PeerId.Parse(peerId.ToCid().ToString()));
        Assert.Equal(peerId, PeerId.Parse(peerId.ToCid().ToString(MultibaseEncoding.Base36)));
        Assert.Equal(Multicodec.Libp2pKey, peerId.ToCid().Codec);
    }

    [Theory]
    [InlineData("k51qzi5uqu5dhb6l8spkdx7yxafegfkee5by8h7lmjh2ehc2sgg34z7c15vzqs", "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV")]
    [InlineData("bafzaajaiaejcalj543iwv2d7pkjt7ykvefrkfu7qjfi6sduakhso4lay6abn2d5u", "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV")]
    [InlineData("k2k4r8oqamigqdo6o7hsbfwd45y70oyynp98usk7zmyfrzpqxh1pohl7", "QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC")]
    [InlineData("bafzbeigvf25ytwc3akrijfecaotc74udrhcxzh2cx3we5qqnw5vgrei4bm", "QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC")]
    public void Parse_CidForm_IsTheSamePeer(string cid, string base58) => Assert.Equal(PeerId.Parse(base58), PeerId.Parse(cid));

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("11")] // an identity hash of nothing
    [InlineData("Qm")]
    [InlineData("12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3p")]
    [InlineData("12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3p0")]
    [InlineData("QmxoHT6iViN5xAjoz1VZ553cL31U9F94ht3QvWR1FrEbZY")] // digest length over 32
    [InlineData("z" + Ed25519)]
    [InlineData("bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku")] // a CID, not of a key
    [InlineData("k2jmtxwoe2phm1hbqp0e7nufqf6umvuu2e9qd7ana7h411a0haqj6i2z")]
    [InlineData("/p2p/" + Ed25519)]
    public void Parse_TextThatIsNoPeerId_ThrowsWithTheText(string text)
    {
        Assert.False(PeerId.TryParse(text, out var peerId));
        Assert.True(peerId.IsDefault);
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => PeerId.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromBytes_OtherHashes_AreRefused()
    {
        Assert.False(PeerId.TryFromBytes(new Multihash(Multicodec.Sha2_512, new byte[64]).ToBytes(), out _));
        Assert.False(PeerId.TryFromBytes(new Multihash(Multicodec.Sha2_256, new byte[20]).ToBytes(), out _));
        Assert.False(PeerId.TryFromBytes(new Multihash(Multicodec.Identity, new byte[PeerId.MaxInlineKeyBytes + 1]).ToBytes(), out _));
        Assert.False(PeerId.TryFromBytes(new Multihash(Multicodec.Identity, []).ToBytes(), out _));
        Assert.Throws<FormatException>(() => PeerId.FromBytes([1, 2, 3]));
        Assert.Throws<ArgumentException>(() => PeerId.FromPublicKey([]));
    }

    [Fact]
    public void Default_WhenUsed_Throws()
    {
        Assert.Equal("(no peer id)", $"{default(PeerId)}");
        Assert.Throws<InvalidOperationException>(() => default(PeerId).Bytes.Length);
        Assert.Throws<InvalidOperationException>(() => default(PeerId).ToCid());
        Assert.Throws<InvalidOperationException>(() => default(PeerId).TryGetPublicKey(out _));
        Assert.Equal(default, default(PeerId));
        Assert.Equal(0, default(PeerId).CompareTo(default));
    }

    [Fact]
    public void Forms_OfAnyPeer_RoundTrip() => Gen.Select(MultiformatsGen.PeerId, MultiformatsGen.Base).Sample(
        (peerId, encoding) => PeerId.Parse(peerId.ToString()) == peerId
            && PeerId.Parse(peerId.ToCid().ToString(encoding)) == peerId
            && PeerId.FromBytes(peerId.Bytes) == peerId
            && PeerId.FromBytes(peerId.Hash.ToBytes()).GetHashCode() == peerId.GetHashCode()
            && peerId.Bytes.Length <= PeerId.MaxBytes && peerId.ToCid().ToString(MultibaseEncoding.Base16).Length <= PeerId.MaxTextLength,
        iter: 10_000);

    [Fact]
    public void Parse_AnyText_ThrowsNothingButFormatException() => Gen.String[Gen.Char, 0, 80].Sample(
        text =>
        {
            try
            {
                PeerId.Parse(text);
            }
            catch (FormatException)
            {
            }
        },
        iter: 10_000);
}
