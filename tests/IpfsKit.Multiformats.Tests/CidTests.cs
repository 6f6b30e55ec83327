namespace IpfsKit.Multiformats.Tests;

public sealed class CidTests
{
    [Theory]
    [InlineData("QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n")]
    [InlineData("bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku")]
    [InlineData("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku")]
    public void Parse_TextOfEitherVersion_PrintsTheSameText(string text) =>
        Assert.Equal(text, Cid.Parse(text).ToString());
}
