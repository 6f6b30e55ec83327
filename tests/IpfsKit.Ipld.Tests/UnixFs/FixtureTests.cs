using System.Text;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Ipld.Tests.UnixFs.Support;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Tests.UnixFs;

/// <summary>DAGs that Kubo made, from boxo and the gateway conformance tests.</summary>
public sealed class FixtureTests
{
    private const string MultiBlockFile = "bafybeigcisqd7m5nf3qmuvjdbakl5bdnh4ocrmacaqkpuh77qjvggmt2sa";
    private const string SingleLayerHamt = "bafybeidbclfqleg2uojchspzd4bob56dqetqjsj27gy2cq3klkkgxtpn4i";
    private const string MultiLayerRoot = "bafybeid3fd2xxdcd3dbj7trb433h2aqssn6xovjbwnkargjv7fuog4xjdi";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_DirectoryWithFiles_IsWhatKuboAdded()
    {
        var source = CarFixture.Load("gateway", "path_gateway_unixfs", "dir-with-files.car");
        var root = Cid.Parse("bafybeihchr7vmgjaasntayyatmp5sv6xza57iy2h4xj7g46bpjij6yhrmy");
        var directory = await UnixFsDirectory.OpenAsync(source, root, cancellationToken: Cancellation);
        var entries = await directory.ListAsync(Cancellation).ToListAsync(Cancellation);
        Assert.False(directory.IsSharded);
        Assert.Equal(["ascii-copy.txt", "ascii.txt", "hello.txt", "multiblock.txt"], entries.Select(entry => entry.Name));
        Assert.Equal([31UL, 31UL, 12UL, 1271UL], entries.Select(entry => entry.DagBytes));
        Assert.Single(source.Asked);

        var stat = await UnixFsStat.ReadAsync(source, root, Cancellation);
        Assert.True(stat.IsDirectory);
        Assert.Equal(1572UL, stat.DagBytes);
        Assert.Equal("hello world\n", Encoding.UTF8.GetString(await ReadAllAsync(source, entries[2].Cid)));
        var text = Encoding.UTF8.GetString(await ReadAllAsync(source, entries[3].Cid));
        Assert.Equal(1026, text.Length);
        Assert.StartsWith("Lorem ipsum dolor sit amet", text, StringComparison.Ordinal);
        Assert.EndsWith("habitant amet.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_SameContentAsKubo_MakesTheSameBlocks()
    {
        var source = CarFixture.Load("gateway", "path_gateway_unixfs", "dir-with-files.car");
        var content = await ReadAllAsync(source, Cid.Parse(MultiBlockFile));
        var sink = new TestSource();
        var options = new UnixFsImportOptions { Profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = 256, LinksPerNode = 174 } };
        var result = await new UnixFsImporter(sink, options).ImportFileAsync(new MemoryStream(content), cancellationToken: Cancellation);
        Assert.Equal(MultiBlockFile, result.Root.ToString());
        Assert.Equal(1271, result.DagBytes);
        Assert.Equal(6, result.BlockCount);
        Assert.All(sink.Cids, cid => Assert.Equal(source[cid], sink[cid]));
    }

    [Theory]
    [InlineData(0, 1023, true)]
    [InlineData(2048, 3071, true)]
    [InlineData(-1024, -1, true)]
    [InlineData(1023, 1024, false)]
    [InlineData(1024, 2047, false)]
    public async Task Read_RangeOfAFileWithAMissingBlock_NeedsOnlyWhatItCovers(long from, long to, bool there)
    {
        var source = CarFixture.Load("gateway", "trustless_gateway_car", "file-3k-and-3-blocks-missing-block.car");
        var root = Cid.Parse("QmYhmPjhFjYFyaoiuNzYv8WGavpSRDwdHWe5B4M5du5Rtk");
        using var file = await UnixFsFile.OpenAsync(source, root, cancellationToken: Cancellation);
        Assert.Equal(3072, file.Length);
        var output = new MemoryStream();
        var read = file.CopyToAsync(output, new EntityBytes(from, to), Cancellation);
        if (there)
        {
            await read;
            Assert.Equal(1024, output.Length);
            Assert.Equal(2, source.Asked.Count);
        }
        else
        {
            var exception = await Assert.ThrowsAsync<BlockNotFoundException>(() => read);
            Assert.False(source.Contains(exception.Cid));
        }
    }

    [Fact]
    public async Task List_ShardedDirectory_HasEveryName()
    {
        var source = CarFixture.Load("gateway", "trustless_gateway_car", "single-layer-hamt-with-multi-block-files.car");
        var directory = await UnixFsDirectory.OpenAsync(source, Cid.Parse(SingleLayerHamt), cancellationToken: Cancellation);
        Assert.True(directory.IsSharded);
        var entries = await directory.ListAsync(Cancellation).ToListAsync(Cancellation);
        Assert.Equal(Enumerable.Range(1, 1000).Select(i => $"{i}.txt").Order(StringComparer.Ordinal), entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));
        Assert.All(entries, entry => Assert.Equal(MultiBlockFile, entry.Cid.ToString()));

        foreach (var entry in entries)
            Assert.Equal(entry, await directory.FindAsync(entry.Name, Cancellation));
        Assert.Null(await directory.FindAsync("1001.txt", Cancellation));
        Assert.Null(await directory.FindAsync("", Cancellation));
    }

    [Fact]
    public async Task Find_InAShardedDirectory_TakesTheShardsOfThatNameAlone()
    {
        var source = CarFixture.Load("gateway", "trustless_gateway_car", "single-layer-hamt-with-multi-block-files.car");
        var directory = await UnixFsDirectory.OpenAsync(source, Cid.Parse(SingleLayerHamt), cancellationToken: Cancellation);
        source.Asked.Clear();
        Assert.NotNull(await directory.FindAsync("470.txt", Cancellation));
        Assert.Equal("bafybeiaebmuestgbpqhkkbrwl2qtjtvs3whkmp2trkbkimuod4yv7oygni", Assert.Single(source.Asked).ToString());
    }

    [Theory]
    [InlineData("gateway/trustless_gateway_car/single-layer-hamt-with-multi-block-files.car", SingleLayerHamt, "")]
    [InlineData("unixfs/directory-with-multilayer-hamt-and-multiblock-files.car", MultiLayerRoot, "hamtDir")]
    public async Task Build_FromTheListingOfAShardedDirectory_MakesTheSameShards(string car, string root, string path)
    {
        var source = CarFixture.Load(car.Split('/'));
        var at = Cid.Parse(root);
        if (path.Length > 0)
            at = (await (await UnixFsDirectory.OpenAsync(source, at, cancellationToken: Cancellation)).FindAsync(path, Cancellation))!.Value.Cid;
        var directory = await UnixFsDirectory.OpenAsync(source, at, cancellationToken: Cancellation);
        Assert.True(directory.IsSharded);
        var fanout = UnixFsData.Decode(DagPbCodec.DecodeNode(source[at]).Data!.Value).Fanout!.Value;

        // Both were made below the threshold of today, so it is lowered.
        var builder = new UnixFsDirectoryBuilder(UnixFsProfile.UnixFsV1_2025 with { HamtFanout = (int)fanout, HamtThresholdBytes = 0 });
        await foreach (var entry in directory.ListAsync(Cancellation))
            builder.Add(entry.Name, entry.Cid, entry.DagBytes!.Value);
        var sink = new TestSource();
        await using var writer = new BlockBatchWriter(sink);
        var (rebuilt, dagBytes) = await builder.BuildAsync(writer, Cancellation);
        await writer.FlushAsync(Cancellation);
        Assert.Equal(at, rebuilt);
        Assert.Equal((await UnixFsStat.ReadAsync(source, at, Cancellation)).DagBytes, dagBytes);
        Assert.All(sink.Cids, cid => Assert.Equal(source[cid], sink[cid]));
    }

    [Fact]
    public async Task Read_FilesUnderAMultiLayerHamt_AreWhole()
    {
        var source = CarFixture.Load("unixfs", "directory-with-multilayer-hamt-and-multiblock-files.car");
        var root = await UnixFsDirectory.OpenAsync(source, Cid.Parse(MultiLayerRoot), cancellationToken: Cancellation);
        foreach (var name in new[] { "basicDir", "hamtDir" })
        {
            var entry = await root.FindAsync(name, Cancellation);
            var directory = await UnixFsDirectory.OpenAsync(source, entry!.Value.Cid, cancellationToken: Cancellation);
            await foreach (var file in directory.ListAsync(Cancellation))
            {
                var stat = await UnixFsStat.ReadAsync(source, file.Cid, Cancellation);
                Assert.Equal(stat.FileBytes, (await ReadAllAsync(source, file.Cid)).Length);
                Assert.Equal(file.DagBytes, stat.DagBytes);
            }
        }
    }

    [Fact]
    public async Task Stat_Symlink_HasItsTargetAndIsNoFile()
    {
        var source = CarFixture.Load("gateway", "path_gateway_unixfs", "symlink.car");
        var root = await UnixFsDirectory.OpenAsync(source, Cid.Parse("QmWvY6FaqFMS89YAQ9NAPjVP4WZKA1qbHbicc9HeSKQTgt"), cancellationToken: Cancellation);
        var link = (await root.FindAsync("bar", Cancellation))!.Value.Cid;
        var stat = await UnixFsStat.ReadAsync(source, link, Cancellation);
        Assert.Equal((UnixFsType.Symlink, "foo", 3L, 9UL), (stat.Type, stat.SymlinkTarget, stat.FileBytes, stat.DagBytes));
        var exception = await Assert.ThrowsAsync<UnixFsTypeException>(async () => await UnixFsFile.OpenAsync(source, link, cancellationToken: Cancellation));
        Assert.Equal(link, exception.Cid);
        Assert.Contains("a symbolic link", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gateway/path_gateway_tar/outside-root.car", "bafybeicaj7kvxpcv4neaqzwhrqqmdstu4dhrwfpknrgebq6nzcecfucvyu", "../foo")]
    [InlineData("gateway/path_gateway_unixfs/dir-with-percent-encoded-filename.car", "bafybeig675grnxcmshiuzdaz2xalm6ef4thxxds6o6ypakpghm5kghpc34", "Portugal%2C+España=Peninsula Ibérica.txt")]
    public async Task List_NamesOfAnyKind_AreGivenAsTheyAre(string car, string root, string name)
    {
        var source = CarFixture.Load(car.Split('/'));
        var directory = await UnixFsDirectory.OpenAsync(source, Cid.Parse(root), cancellationToken: Cancellation);
        Assert.Contains(await directory.ListAsync(Cancellation).ToListAsync(Cancellation), entry => entry.Name == name);
    }

    [Fact]
    public async Task Read_IdentityCid_NeedsNoBlock()
    {
        var source = new TestSource();
        var file = Cid.Parse("bafkqbaabijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbee");
        Assert.Equal(Enumerable.Repeat((byte)'B', 128), await ReadAllAsync(source, file));
        var directory = await UnixFsDirectory.OpenAsync(source, Cid.Parse("bafyaabakaieac"), cancellationToken: Cancellation);
        Assert.Empty(await directory.ListAsync(Cancellation).ToListAsync(Cancellation));
        Assert.Empty(source.Asked);
        Assert.False(Cid.TryParse("bafkqbaibifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifaucqi", out _));
    }

    private static async Task<byte[]> ReadAllAsync(TestSource source, Cid cid)
    {
        using var file = await UnixFsFile.OpenAsync(source, cid, cancellationToken: Cancellation);
        var output = new MemoryStream();
        await file.CopyToAsync(output, Cancellation);
        Assert.Equal(file.Length, output.Length);
        return output.ToArray();
    }
}
