using IpfsKit.Ipld.Tests.UnixFs.Support;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Tests.UnixFs;

public sealed class ResolverTests
{
    private const string TarRoot = "bafybeig6ka5mlwkl4subqhaiatalkcleo4jgnr3hqwvpmsqfca27cijp3i";
    private const string HamtRoot = "bafybeidbclfqleg2uojchspzd4bob56dqetqjsj27gy2cq3klkkgxtpn4i";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Resolve_NestedNames_EndsAtTheFileWithoutAskingForIt()
    {
        var source = CarFixture.Load("gateway", "path_gateway_tar", "fixtures.car");
        var resolved = await new UnixFsResolver(source).ResolveAsync(IpfsPath.Parse($"/ipfs/{TarRoot}/ą/ę/file-źł.txt"), Cancellation);
        Assert.Equal("bafkreialihlqnf5uwo4byh4n3cmwlntwqzxxs2fg5vanqdi3d7tb2l5xkm", resolved.Cid.ToString());
        Assert.Empty(resolved.Remainder);
        Assert.Equal(3, resolved.Visited.Count);
        Assert.Equal(TarRoot, resolved.Visited[0].ToString());
        Assert.Equal(resolved.Visited, source.Asked);
    }

    [Fact]
    public async Task Resolve_RootAlone_NeedsNothing()
    {
        var source = new TestSource();
        var resolved = await new UnixFsResolver(source).ResolveAsync(Cid.Parse(TarRoot), Cancellation);
        Assert.Equal(TarRoot, resolved.Cid.ToString());
        Assert.Empty(resolved.Visited);
        Assert.Empty(source.Asked);
    }

    [Fact]
    public async Task Resolve_ThroughAShardedDirectory_VisitsTheShardsOfTheName()
    {
        var source = CarFixture.Load("gateway", "trustless_gateway_car", "single-layer-hamt-with-multi-block-files.car");
        var resolved = await new UnixFsResolver(source).ResolveAsync(IpfsPath.Parse($"{HamtRoot}/470.txt"), Cancellation);
        Assert.Equal("bafybeigcisqd7m5nf3qmuvjdbakl5bdnh4ocrmacaqkpuh77qjvggmt2sa", resolved.Cid.ToString());
        Assert.Equal([HamtRoot, "bafybeiaebmuestgbpqhkkbrwl2qtjtvs3whkmp2trkbkimuod4yv7oygni"], resolved.Visited.Select(cid => cid.ToString()));
    }

    [Theory]
    [InlineData("dag-cbor-traversal.car", "bafyreibs4utpgbn7uqegmd2goqz4bkyflre2ek2iwv743fhvylwi4zeeim", "bafyreiaefvpp22slf5bzd4lqgzwbztqahwlldtqkpgmlhv7mh23pudle7y")]
    [InlineData("dag-json-traversal.car", "baguqeeram5ujjqrwheyaty3w5gdsmoz6vittchvhk723jjqxk7hakxkd47xq", "baguqeerabz2ohuxlrfgan3sxrgsfeyi5woxikwoiun5i5cesn2zgp3evmy4q")]
    public async Task Resolve_ThroughIpldMaps_FollowsLinksAndEndsInsideABlock(string car, string root, string last)
    {
        var source = CarFixture.Load("gateway", "path_gateway_dag", car);
        var resolver = new UnixFsResolver(source);

        var atLink = await resolver.ResolveAsync(IpfsPath.Parse($"/ipfs/{root}/foo/link/bar"), Cancellation);
        Assert.Equal(last, atLink.Cid.ToString());
        Assert.Empty(atLink.Remainder);
        Assert.Equal(2, atLink.Visited.Count);

        var inside = await resolver.ResolveAsync(IpfsPath.Parse($"/ipfs/{root}/foo/link/bar/hello"), Cancellation);
        Assert.Equal(last, inside.Cid.ToString());
        Assert.Equal(["hello"], inside.Remainder);

        var nested = await resolver.ResolveAsync(IpfsPath.Parse($"/ipfs/{root}/foo/object/banana"), Cancellation);
        Assert.Equal(root, nested.Cid.ToString());
        Assert.Equal(["foo", "object", "banana"], nested.Remainder);
        Assert.Empty(nested.Visited);

        foreach (var (path, segment) in new[] { ("nothing", "nothing"), ("foo/object/banana/peel", "peel"), ("foo/link/bar/hello/0", "0") })
        {
            var exception = await Assert.ThrowsAsync<PathNotFoundException>(async () => await resolver.ResolveAsync(IpfsPath.Parse($"/ipfs/{root}/{path}"), Cancellation));
            Assert.Equal(segment, exception.Segment);
        }
    }

    [Fact]
    public async Task Resolve_DirectoryIntoDagCborIntoFile_CrossesCodecs()
    {
        var source = CarFixture.Load("gateway", "trustless_gateway_car", "dir-with-dag-cbor-with-links.car");
        var resolved = await new UnixFsResolver(source).ResolveAsync(
            IpfsPath.Parse("/ipfs/bafybeia264q44a3kmfc2otctzu4egp2k235o3t7mslz2yjraymp4nv6asi/document/files/multiblock"), Cancellation);
        Assert.Equal("bafybeigcisqd7m5nf3qmuvjdbakl5bdnh4ocrmacaqkpuh77qjvggmt2sa", resolved.Cid.ToString());
        Assert.Equal(2, resolved.Visited.Count);
    }

    [Theory]
    [InlineData("nothing", "nothing")]
    [InlineData("ą/nothing/more", "nothing")]
    [InlineData("api/file.txt/inside", "inside")]
    [InlineData("API", "API")]
    public async Task Resolve_NameThatIsNotThere_SaysWhichAndWhere(string path, string segment)
    {
        var source = CarFixture.Load("gateway", "path_gateway_tar", "fixtures.car");
        var exception = await Assert.ThrowsAsync<PathNotFoundException>(
            async () => await new UnixFsResolver(source).ResolveAsync(IpfsPath.Parse($"/ipfs/{TarRoot}/{path}"), Cancellation));
        Assert.Equal(segment, exception.Segment);
        Assert.Equal($"/ipfs/{TarRoot}/{path}", exception.Path);
        Assert.Contains(exception.At.ToString(), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_Symlink_IsFoundButNotFollowed()
    {
        var source = CarFixture.Load("gateway", "path_gateway_unixfs", "symlink.car");
        var resolver = new UnixFsResolver(source);
        var link = await resolver.ResolveAsync(IpfsPath.Parse("/ipfs/QmWvY6FaqFMS89YAQ9NAPjVP4WZKA1qbHbicc9HeSKQTgt/bar"), Cancellation);
        Assert.Equal("QmTB8BaCJdCH5H3k7GrxJsxgDNmNYGGR71C58ERkivXoj5", link.Cid.ToString());
        var exception = await Assert.ThrowsAsync<UnixFsTypeException>(
            async () => await resolver.ResolveAsync(IpfsPath.Parse("/ipfs/QmWvY6FaqFMS89YAQ9NAPjVP4WZKA1qbHbicc9HeSKQTgt/bar/x"), Cancellation));
        Assert.Equal(link.Cid, exception.Cid);
    }

    [Fact]
    public async Task Resolve_UnknownCodec_IsRefusedWithItsName()
    {
        var source = new TestSource();
        var cid = Cid.CreateV1((Multicodec)0x300000, MultihashAlgorithm.Compute(Multicodec.Sha2_256, "x"u8));
        source.Put(cid, "x"u8.ToArray());
        await Assert.ThrowsAsync<UnsupportedCodecException>(async () => await new UnixFsResolver(source).ResolveAsync(IpfsPath.FromCid(cid).Append("a"), Cancellation));
    }

    [Fact]
    public async Task Resolve_DagPbThatIsNoUnixFs_IsRefusedWithItsCid()
    {
        var source = new TestSource();
        var cid = source.PutDagPb([]);
        var exception = await Assert.ThrowsAsync<UnixFsException>(async () => await new UnixFsResolver(source).ResolveAsync(IpfsPath.FromCid(cid).Append("a"), Cancellation));
        Assert.Equal(cid, exception.Cid);
    }
}
