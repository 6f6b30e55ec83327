using System.Text.Json;
using IpfsKit.Ipld.Car;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Ipld.Tests.Codecs;
using IpfsKit.Multiformats;
using IpfsKit.Storage;
using IpfsKit.TestKit;

namespace IpfsKit.Ipld.Tests.Car;

/// <summary>Published CARs: those of the CAR specs with all that is said about them, and every other of the public test data there and back.</summary>
public sealed class CarFixtureTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Archives => Fixtures.Root is null
        ? []
        : [.. Directory.GetFiles(Fixtures.Root, "*.car", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Fixtures.Root, f)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Archives_Folder_HoldsAllOfThem()
    {
        Fixtures.Path();
        Assert.Equal(30, Archives.Count);
    }

    [Theory]
    [InlineData("carv1-basic", 1)]
    [InlineData("carv2-basic", 2)]
    public async Task Read_SpecFixture_FindsWhatIsSaidAboutIt(string name, int version)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Path("car", name + ".json")));
        var json = document.RootElement;
        await using var reader = await CarReader.OpenAsync(File.OpenRead(Fixtures.Path("car", name + ".car")), null, Cancellation);
        Assert.Equal(version, reader.Version);
        var header = version == 1 ? json.GetProperty("header") : json.GetProperty("header").TryGetProperty("roots", out _) ? json.GetProperty("header") : json;
        if (header.TryGetProperty("roots", out var roots))
            Assert.Equal(roots.EnumerateArray().Select(Link), reader.Roots);
        foreach (var expected in json.GetProperty("blocks").EnumerateArray())
        {
            Assert.Equal(expected.GetProperty("offset").GetInt64(), reader.Position);
            using var block = Assert.IsType<Block>(await reader.ReadBlockAsync(Cancellation));
            Assert.Equal(Link(expected.GetProperty("cid")), block.Cid);
            Assert.Equal(expected.GetProperty("blockLength").GetInt32(), block.Size);
            Assert.Equal(expected.GetProperty("offset").GetInt64() + expected.GetProperty("length").GetInt64(), reader.Position);
            Assert.Equal(CodecAssert.Json(expected.GetProperty("content").GetRawText()), IpldCodecs.Default.Decode(block));
        }

        Assert.Null(await reader.ReadBlockAsync(Cancellation));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Archives))]
    public async Task Archive_ImportedAndExported_KeepsRootsAndBlocks(string file)
    {
        var path = Fixtures.Path(file);
        var (roots, blocks) = await CarBytes.ReadAsync(File.OpenRead(path));
        Assert.All(blocks, b => Assert.True(MultihashAlgorithm.Verify(b.Cid.Hash, b.Data)));

        var store = new MemoryBlockStore();
        var imported = await CarImporter.ImportAsync(new TrickleStream(File.ReadAllBytes(path), 1000), store, null, Cancellation);
        Assert.Equal(roots, imported.Roots);
        Assert.Equal(blocks.Count, imported.Blocks);

        var output = new MemoryStream();
        await using (var writer = await CarWriter.CreateAsync(output, imported.Roots, leaveOpen: true, Cancellation))
        {
            foreach (var (cid, _) in blocks)
            {
                using var block = await store.GetRequiredAsync(cid, Cancellation);
                await writer.WriteAsync(block, Cancellation);
            }
        }

        var (rootsAgain, blocksAgain) = await CarBytes.ReadAsync(output.ToArray());
        Assert.Equal(roots, rootsAgain);
        var stored = blocks.Where(b => b.Cid.Hash.Code != Multicodec.Identity).ToList();
        Assert.Equal(stored.Select(b => b.Cid), blocksAgain.Select(b => b.Cid));
        Assert.All(stored.Zip(blocksAgain), pair => Assert.Equal(pair.First.Data, pair.Second.Data));
    }

    /// <summary>The DAGs that cannot be exported, by archive, and why; all others are.</summary>
    private static readonly Dictionary<string, string[]> NotExported = new()
    {
        ["gateway/trustless_gateway_car/file-3k-and-3-blocks-missing-block.car"] =
            ["QmYhmPjhFjYFyaoiuNzYv8WGavpSRDwdHWe5B4M5du5Rtk: Block QmSNLTo6Wv9dfroVaw7MFYjLqf9ho7PKrgsjdzYDtv8h1W was not found."],
    };

    /// <summary>The archives that name no root, so that nothing of them can be exported.</summary>
    private static readonly string[] WithoutRoots = ["ipld-codecs/fixtures.car"];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Archives))]
    public async Task Archive_EveryDagExportedAndImportedAgain_KeepsRootAndBlocks(string file)
    {
        var store = new MemoryBlockStore();
        var imported = await CarImporter.ImportAsync(File.OpenRead(Fixtures.Path(file)), store, null, Cancellation);
        var (_, archived) = await CarBytes.ReadAsync(File.OpenRead(Fixtures.Path(file)));
        var again = new MemoryBlockStore();
        var reached = new HashSet<Cid>();
        var failed = new List<string>();
        foreach (var root in imported.Roots)
        {
            var output = new MemoryStream();
            CarExportResult exported;
            try
            {
                exported = await new CarExporter(store).ExportAsync(new CarExportRequest(root), output, Cancellation);
            }
            catch (Exception e) when (e is BlockNotFoundException or UnsupportedCodecException)
            {
                failed.Add($"{root}: {e.Message}");
                continue;
            }

            var reimported = await CarImporter.ImportAsync(new MemoryStream(output.ToArray()), again, null, Cancellation);
            Assert.Equal([root], reimported.Roots);
            var (_, blocks) = await CarBytes.ReadAsync(output.ToArray());
            Assert.Equal((output.Length, blocks.Count), (exported.Bytes, exported.Blocks));
            Assert.Equal(blocks.Count, reimported.Blocks);
            var cids = blocks.Select(block => block.Cid.ToV1()).ToHashSet();
            Assert.Equal(blocks.Count, cids.Count);
            reached.UnionWith(cids);
            foreach (var (cid, data) in blocks)
            {
                var links = new List<Cid>();
                IpldCodecs.Default.ReadLinks(cid, data, links);
                Assert.All(links, link => Assert.True(link.Hash.Code == Multicodec.Identity || cids.Contains(link.ToV1())));
            }
        }

        var name = file.Replace('\\', '/');
        Assert.Equal(NotExported.GetValueOrDefault(name, []), failed);
        Assert.Equal(WithoutRoots.Contains(name), imported.Roots.Count == 0);
        if (failed.Count > 0 || imported.Roots.Count == 0)
            return;

        // The same blocks, byte for byte.
        Assert.Equal(archived.Where(block => block.Cid.Hash.Code != Multicodec.Identity).Select(block => block.Cid.ToV1()).ToHashSet(), reached);
        foreach (var (cid, data) in archived)
        {
            using var block = await again.GetRequiredAsync(cid, Cancellation);
            Assert.Equal(data, block.Data.ToArray());
        }
    }

    private static Cid Link(JsonElement element) => Cid.Parse(element.GetProperty("/").GetString()!);
}
