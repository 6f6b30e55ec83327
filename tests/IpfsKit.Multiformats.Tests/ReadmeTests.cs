namespace IpfsKit.Multiformats.Tests;

/// <summary>The package README's example, compiled: its lines stand between the markers, word for word.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void Example_OfTheReadme_CompilesAndRuns()
    {
        // <example>
        var hash = MultihashAlgorithm.Compute(Multicodec.Sha2_256, "hello"u8);
        var cid = Cid.CreateV1(Multicodec.Raw, hash);
        Console.WriteLine(cid);                                   // bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq
        Console.WriteLine(MultihashAlgorithm.Verify(Cid.Parse(cid.ToString()).Hash, "hello"u8));  // True

        var address = Multiaddr.Parse("/ip4/127.0.0.1/udp/4001/quic-v1/p2p/12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq");
        foreach (var component in address)
            Console.WriteLine($"{component.Protocol} = {component.Value}");
        Console.WriteLine(address.TryGetPeerId(out var peer) ? peer : "nobody");
        // </example>

        Assert.Equal("bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq", cid.ToString());
        Assert.Equal("12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq", peer.ToString());
    }

    [Fact]
    public void Readme_HoldsTheCompiledExample()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "IpfsKitOrleans.sln")))
            root = root.Parent!;
        var source = File.ReadAllLines(Path.Combine(root.FullName, "tests", "IpfsKit.Multiformats.Tests", "ReadmeTests.cs")).Select(line => line.Trim()).ToList();
        var example = source[(source.IndexOf("// <example>") + 1)..source.IndexOf("// </example>")];
        var readme = File.ReadAllLines(Path.Combine(root.FullName, "src", "IpfsKit.Multiformats", "README.md")).Select(line => line.Trim()).ToList();
        var start = readme.IndexOf(example[0]);
        Assert.True(start > 0);
        Assert.Equal(example, readme[start..(start + example.Count)]);
    }
}
