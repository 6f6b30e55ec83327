using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Abstractions.Tests.Content;

public sealed class ContentKeyTests
{
    private const string V0 = "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR";

    [Fact]
    public void Of_BothVersions_IsTheSameKey()
    {
        var v0 = Cid.Parse(V0);

        Assert.Equal(ContentKey.Of(v0), ContentKey.Of(v0.ToV1()));
        Assert.StartsWith("bafybei", ContentKey.Of(v0), StringComparison.Ordinal);
    }

    [Fact]
    public void TryParse_AKey_GivesTheRootAsVersion1()
    {
        Assert.True(ContentKey.TryParse(ContentKey.Of(Cid.Parse(V0)), out var root));
        Assert.Equal(Cid.Parse(V0).ToV1(), root);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData(V0)] // a CID, but not the one form that is the key
    [InlineData("zdj7WbTaiJT1fgatdet9Ei9iDB5hdCxkbVyhyh8YTUnXMiwYi")] // base58btc
    [InlineData("BAFYBEIGDYRZT5SFP7UDM7HU76UH7Y26NF3EFUYLQABF3OCLGTQY55FBZDI")] // upper case
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.False(ContentKey.TryParse(text, out _));
}
