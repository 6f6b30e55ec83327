using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Repository.Tests.Snippets;

/// <summary>Examples of the documents that say what they print.</summary>
public sealed class FormatSnippetTests
{
    [Fact]
    public void IpldReadme_Cid_IsWhatItSays()
    {
        // <snippet: src/IpfsKit.Ipld/README.md>
        using var block = Block.Create(Multicodec.Raw, "hello"u8.ToArray());
        Console.WriteLine(block.Cid);   // bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq
        // </snippet>

        Assert.Equal("bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq", block.Cid.ToString());
    }
}
