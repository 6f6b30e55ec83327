using IpfsKit.Ipld.Tests.UnixFs.Support;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Tests.UnixFs;

public sealed class EntityBlocksTests
{
    private const string File = "bafybeigcisqd7m5nf3qmuvjdbakl5bdnh4ocrmacaqkpuh77qjvggmt2sa";

    private static readonly string[] Leaves =
    [
        "bafkreie5noke3mb7hqxukzcy73nl23k6lxszxi5w3dtmuwz62wnvkpsscm",
        "bafkreih4ephajybraj6wnxsbwjwa77fukurtpl7oj7t7pfq545duhot7cq",
        "bafkreigu7buvm3cfunb35766dn7tmqyh2um62zcio63en2btvxuybgcpue",
        "bafkreicll3huefkc3qnrzeony7zcfo7cr3nbx64hnxrqzsixpceg332fhe",
        "bafkreifst3pqztuvj57lycamoi7z34b4emf7gawxs74nwrc2c7jncmpaqm",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("0:*", 0, 5)]
    [InlineData("0:0", 0, 1)]
    [InlineData("0:1026", 0, 5)]
    [InlineData("512:1023", 2, 4)]
    [InlineData("511:512", 1, 3)]
    [InlineData("-2:*", 4, 5)]
    [InlineData("-3:*", 3, 5)]
    [InlineData("5000:*", 0, 0)]
    public async Task Enumerate_File_YieldsTheRootAndTheLeavesOfTheRangeInOrder(string range, int from, int to)
    {
        var source = CarFixture.Load("gateway", "path_gateway_unixfs", "dir-with-files.car");
        Assert.Equal([File, .. Leaves[from..to]], await EnumerateAsync(source, File, range));
        Assert.Equal(1 + to - from, source.Asked.Count);
    }

    [Fact]
    public async Task Enumerate_Directory_YieldsItsNodeAlone()
    {
        var source = CarFixture.Load("gateway", "path_gateway_unixfs", "dir-with-files.car");
        const string root = "bafybeihchr7vmgjaasntayyatmp5sv6xza57iy2h4xj7g46bpjij6yhrmy";
        Assert.Equal([root], await EnumerateAsync(source, root, "5:10"));
    }

    [Fact]
    public async Task Enumerate_ShardedDirectory_YieldsEveryShardAndNoEntry()
    {
        var source = CarFixture.Load("gateway", "trustless_gateway_car", "single-layer-hamt-with-multi-block-files.car");
        const string root = "bafybeidbclfqleg2uojchspzd4bob56dqetqjsj27gy2cq3klkkgxtpn4i";
        var blocks = await EnumerateAsync(source, root, "0:*");

        // The CAR holds the root, the shards, and one file of six blocks; Kubo wrote it depth first.
        Assert.Equal(243 - 6, blocks.Count);
        Assert.Equal(root, blocks[0]);
        Assert.DoesNotContain(File, blocks);
        var links = new List<Cid>();
        IpfsKit.Ipld.Codecs.IpldCodecs.Default.ReadLinks(Cid.Parse(root), source[Cid.Parse(root)], links);
        Assert.Equal(links.Select(link => link.ToString()).Where(blocks.Contains), blocks.Skip(1).Where(links.Select(link => link.ToString()).Contains));
    }

    [Theory]
    [InlineData("bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4")]
    [InlineData("bafyreidy4q6mmetut5jzc54ambsfnatbyoujmwbfzyyolqw24majazwgha")]
    public async Task Enumerate_AnythingElse_YieldsTheOneBlock(string cid)
    {
        var source = CarFixture.Load("gateway", "trustless_gateway_car", "dir-with-dag-cbor-with-links.car");
        Assert.Equal([cid], await EnumerateAsync(source, cid, "0:5"));
    }

    [Fact]
    public async Task Enumerate_DagPbThatIsNoUnixFs_YieldsTheOneBlock()
    {
        var source = new TestSource();
        var cid = source.PutDagPb([]).ToString();
        Assert.Equal([cid], await EnumerateAsync(source, cid, "0:*"));
    }

    [Fact]
    public async Task Enumerate_Symlink_YieldsTheOneBlock()
    {
        var source = CarFixture.Load("gateway", "path_gateway_unixfs", "symlink.car");
        const string link = "QmTB8BaCJdCH5H3k7GrxJsxgDNmNYGGR71C58ERkivXoj5";
        Assert.Equal([link], await EnumerateAsync(source, link, "0:*"));
    }

    [Fact]
    public async Task Enumerate_MissingBlockOutsideTheRange_DoesNotMatter()
    {
        var source = CarFixture.Load("gateway", "trustless_gateway_car", "file-3k-and-3-blocks-missing-block.car");
        const string root = "QmYhmPjhFjYFyaoiuNzYv8WGavpSRDwdHWe5B4M5du5Rtk";
        Assert.Equal([root, "QmPKt7ptM2ZYSGPUc8PmPT2VBkLDK3iqpG9TBJY7PCE9rF"], await EnumerateAsync(source, root, "0:1023"));
        Assert.Equal([root, "QmWXY482zQdwecnfBsj78poUUuPXvyw2JAFAEMw4tzTavV"], await EnumerateAsync(source, root, "2048:*"));
        await Assert.ThrowsAsync<BlockNotFoundException>(() => EnumerateAsync(source, root, "0:*"));
    }

    private static async Task<List<string>> EnumerateAsync(TestSource source, string cid, string range)
    {
        var cids = new List<string>();
        await foreach (var block in EntityBlocks.EnumerateAsync(source, Cid.Parse(cid), EntityBytes.Parse(range), cancellationToken: Cancellation))
        {
            cids.Add(block.Cid.ToString());
            block.Dispose();
        }

        return cids;
    }
}
