using IpfsKit.Ipld.Codecs;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Tests.Codecs;

public sealed class IpldCodecsTests
{
    [Fact]
    public void Get_UnknownCodec_NamesIt()
    {
        Assert.False(IpldCodecs.Default.TryGet(Multicodec.Libp2pKey, out _));
        var thrown = Assert.Throws<UnsupportedCodecException>(() => IpldCodecs.Default.Get(Multicodec.Libp2pKey));
        Assert.Equal(Multicodec.Libp2pKey, thrown.Codec);
        Assert.Contains("0x72", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_TwoCodecsOfACode_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new IpldCodecs([new RawCodec(), new RawCodec()]));

    [Theory]
    [InlineData(Multicodec.Raw)]
    [InlineData(Multicodec.Cbor)]
    [InlineData(Multicodec.Json)]
    public void ReadLinks_CodecsWithoutLinks_AreNotEvenParsed(Multicodec codec)
    {
        var links = new List<Cid>();
        using var block = Block.Create(codec, new byte[] { 0xff, 0xff });
        IpldCodecs.Default.ReadLinks(block, links);
        Assert.Empty(links);
    }

    [Fact]
    public void RawCodec_AnythingButBytes_IsRefused()
    {
        CodecAssert.RefusesToEncode(Multicodec.Raw, new IpldNode.String("a"), "String");
        Assert.Equal([1, 2], CodecAssert.Encode(Multicodec.Raw, new IpldNode.Bytes(new byte[] { 1, 2 })));
        Assert.Equal(new IpldNode.Bytes(new byte[] { 1, 2 }), CodecAssert.Decode(Multicodec.Raw, [1, 2]));
    }
}
