namespace IpfsKit.Libp2p.Tests.Negotiation;

public sealed class ProtocolMatcherTests
{
    [Theory]
    [InlineData("/chat/1.2.0", true)]
    [InlineData("/chat/1.2.9", true)]
    [InlineData("/chat/1.0.5", true)]
    [InlineData("/chat/1.3.0", false)]
    [InlineData("/chat/2.0.0", false)]
    [InlineData("/chat/0.9.0", false)]
    [InlineData("/talk/1.2.0", false)]
    [InlineData("/chat/1.2", false)]
    [InlineData("/chat/1.2.0.0", false)]
    [InlineData("/chat/1.-2.0", false)]
    [InlineData("/chat/1.99999999999.0", false)]
    [InlineData("/chat/", false)]
    [InlineData("chat", false)]
    public void SemanticVersion_SameMajorAndNoGreaterMinor_Matches(string protocol, bool expected) => Assert.Equal(expected, ProtocolMatcher.SemanticVersion("/chat/1.2.0").Matches(protocol));

    [Fact]
    public void Exact_OtherId_DoesNotMatch()
    {
        var matcher = ProtocolMatcher.Exact("/chat/1.2.0");
        Assert.True(matcher.Matches("/chat/1.2.0"));
        Assert.False(matcher.Matches("/chat/1.1.0"));
    }

    [Fact]
    public void Predicate_Function_Decides()
    {
        var matcher = ProtocolMatcher.Predicate("/even", text => text.Length % 2 == 0);
        Assert.True(matcher.Matches("/a1b"));
        Assert.False(matcher.Matches("/a1"));
        Assert.Equal("/even", matcher.Protocol);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a\n")]
    public void Protocol_ThatCannotBeALine_IsRefused(string protocol) => Assert.Throws<ArgumentException>(() => ProtocolMatcher.Exact(protocol));

    [Fact]
    public void Protocol_AtTheLongestLine_IsTaken()
    {
        Assert.Equal(1023, ProtocolMatcher.Exact(new string('a', 1023)).Protocol.Length);
        Assert.Throws<ArgumentException>(() => ProtocolMatcher.Exact(new string('a', 1024)));
    }

    [Fact]
    public void SemanticVersion_WithoutVersion_IsRefused() => Assert.Throws<ArgumentException>(() => ProtocolMatcher.SemanticVersion("/chat/latest"));
}
