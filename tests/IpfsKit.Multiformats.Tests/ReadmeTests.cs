namespace IpfsKit.Multiformats.Tests;

/// <summary>The package README's example, compiled: a test of the repository compares the lines between the marks with it.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void Example_OfTheReadme_CompilesAndRuns()
    {
        // <snippet: src/IpfsKit.Multiformats/README.md>
        var hash = MultihashAlgorithm.Compute(Multicodec.Sha2_256, "hello"u8);
        var cid = Cid.CreateV1(Multicodec.Raw, hash);
        Console.WriteLine(cid);                                   // bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq
        Console.WriteLine(MultihashAlgorithm.Verify(Cid.Parse(cid.ToString()).Hash, "hello"u8));  // True

        var address = Multiaddr.Parse("/ip4/127.0.0.1/udp/4001/quic-v1/p2p/12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq");
        foreach (var component in address)
            Console.WriteLine($"{component.Protocol} = {component.Value}");
        Console.WriteLine(address.TryGetPeerId(out var peer) ? peer : "nobody");
        // </snippet>

        Assert.Equal("bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq", cid.ToString());
        Assert.Equal("12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq", peer.ToString());
    }
}
