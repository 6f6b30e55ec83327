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

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Archives))]
    public async Task Archive_EveryDagExported_HoldsEveryBlockThatItReaches(string file)
    {
        var store = new MemoryBlockStore();
        var imported = await CarImporter.ImportAsync(File.OpenRead(Fixtures.Path(file)), store, null, Cancellation);
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
                // Some archives are parts of a DAG on purpose, and the codec fixtures link to codecs that nobody has.
                continue;
            }

            var (roots, blocks) = await CarBytes.ReadAsync(output.ToArray());
            Assert.Equal([root], roots);
            Assert.Equal(output.Length, exported.Bytes);
            Assert.Equal(blocks.Count, exported.Blocks);
            Assert.Equal(blocks.Count, blocks.Select(b => b.Cid).Distinct().Count());
            foreach (var (cid, data) in blocks)
            {
                var links = new List<Cid>();
                IpldCodecs.Default.ReadLinks(cid, data, links);
                Assert.All(links, link => Assert.True(link.Hash.Code == Multicodec.Identity || blocks.Any(b => b.Cid.ToV1() == link.ToV1())));
            }
        }
    }

    private static Cid Link(JsonElement element) => Cid.Parse(element.GetProperty("/").GetString()!);
}
