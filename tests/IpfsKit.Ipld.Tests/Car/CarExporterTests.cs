using System.Buffers;
using IpfsKit.Ipld.Car;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Ipld.Tests.UnixFs.Support;
using IpfsKit.Ipld.Traversal;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Tests.Car;

/// <summary>What the gateway conformance suite expects of its CAR fixtures (ipfs/gateway-conformance, tests/trustless_gateway_car_test.go).</summary>
public sealed class CarExporterTests
{
    /// <summary>The five leaves of multiblock.txt: four of 256 bytes and one of two.</summary>
    private static readonly string[] MultiblockLeaves =
    [
        "bafkreie5noke3mb7hqxukzcy73nl23k6lxszxi5w3dtmuwz62wnvkpsscm",
        "bafkreih4ephajybraj6wnxsbwjwa77fukurtpl7oj7t7pfq545duhot7cq",
        "bafkreigu7buvm3cfunb35766dn7tmqyh2um62zcio63en2btvxuybgcpue",
        "bafkreicll3huefkc3qnrzeony7zcfo7cr3nbx64hnxrqzsixpceg332fhe",
        "bafkreifst3pqztuvj57lycamoi7z34b4emf7gawxs74nwrc2c7jncmpaqm",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("subdir/ascii.txt", DagScope.All, "", "subdir", "subdir/ascii.txt")]
    [InlineData("subdir", DagScope.Block, "", "subdir")]
    [InlineData("subdir/ascii.txt", DagScope.Block, "", "subdir", "subdir/ascii.txt")]
    [InlineData("", DagScope.Entity, "")]
    public async Task Export_OfADirectory_HoldsThePathAndTheScope(string path, DagScope scope, params string[] expected)
    {
        var dag = await Dag.LoadAsync("subdir-with-two-single-block-files.car", "bafybeietjm63oynimmv5yyqay33nui4y4wx6u3peezwetxgiwvfmelutzu");
        Assert.Equal(await dag.CidsAsync(expected), await dag.ExportAsync(path, scope));
    }

    [Theory]
    [InlineData("subdir/ascii.txt", DagScope.Entity, false)]
    [InlineData("subdir/multiblock.txt", DagScope.Entity, true)]
    [InlineData("subdir/multiblock.txt", DagScope.All, true)]
    public async Task Export_OfAFile_HoldsAllItsBlocks(string path, DagScope scope, bool hasLeaves)
    {
        var dag = await Dag.MixedAsync();
        Assert.Equal([.. await dag.CidsAsync("", "subdir", path), .. hasLeaves ? MultiblockLeaves : []], await dag.ExportAsync(path, scope));
    }

    [Fact]
    public async Task Export_AllOfADirectory_HoldsEverythingDepthFirst()
    {
        var dag = await Dag.MixedAsync();
        Assert.Equal(
            [.. await dag.CidsAsync("", "subdir", "subdir/ascii.txt", "subdir/hello.txt", "subdir/multiblock.txt"), .. MultiblockLeaves],
            await dag.ExportAsync("subdir", DagScope.All));
    }

    [Theory]
    [InlineData("0:*", 0, 5)]
    [InlineData("512:*", 2, 5)]
    [InlineData("512:1023", 2, 4)]
    [InlineData("512:-256", 2, 4)]
    [InlineData("-5:*", 3, 5)]
    [InlineData("-9999:*", 0, 5)]
    [InlineData("-9999:-3", 0, 4)]
    [InlineData("0:0", 0, 1)]
    [InlineData("255:256", 0, 2)]
    [InlineData("0:999999", 0, 5)]
    [InlineData("1026:*", 0, 0)]
    [InlineData("5000:6000", 0, 0)]
    public async Task Export_BytesOfAFile_HoldsTheFewestBlocks(string bytes, int first, int end)
    {
        var dag = await Dag.MixedAsync();
        var file = await dag.ResolveAsync("subdir/multiblock.txt");
        // The range decides the scope, whatever the scope says.
        Assert.Equal([file.ToString(), .. MultiblockLeaves[first..end]], await dag.ExportAsync(new CarExportRequest(file) { Bytes = EntityBytes.Parse(bytes) }));
    }

    [Fact]
    public async Task Export_FileInAHamt_HoldsTheShardsOnTheWay()
    {
        var dag = await Dag.HamtAsync();
        var file = await dag.ResolveAsync("685.txt");
        var blocks = await dag.ExportAsync("685.txt", DagScope.All);
        var (path, below) = (blocks[..blocks.IndexOf(file.ToString())], blocks[blocks.IndexOf(file.ToString())..]);
        Assert.Equal(dag.Root.ToString(), path[0]);
        Assert.Equal(2, path.Count);
        Assert.Equal(await dag.ExportAsync(new CarExportRequest(file)), below);
        Assert.Equal([.. path, file.ToString()], await dag.ExportAsync("685.txt", DagScope.Block));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0:*")]
    [InlineData("0:100")]
    public async Task Export_EntityOfAHamt_HoldsAllShardsAndNoEntry(string? bytes)
    {
        var dag = await Dag.HamtAsync();
        var blocks = await dag.ExportAsync(new CarExportRequest(dag.Root) { Scope = DagScope.Entity, Bytes = bytes is null ? null : EntityBytes.Parse(bytes) });
        Assert.Equal(dag.Root.ToString(), blocks[0]);
        Assert.All(blocks, b => Assert.Equal(UnixFsType.HamtShard, UnixFsNode.Decode(Block.CreateTrusted(Cid.Parse(b), dag.Source[Cid.Parse(b)])).Type));
        var listed = new TestSource();
        foreach (var cid in blocks.Select(b => Cid.Parse(b)))
            listed.Put(cid, dag.Source[cid]);
        Assert.Equal(dag.Source.Cids.Count(c => c.Codec == Multicodec.DagPb && IsShard(dag.Source[c])), blocks.Count);
    }

    [Fact]
    public async Task Export_ThroughDagCbor_FollowsItsLinks()
    {
        var dag = await Dag.LoadAsync("dir-with-dag-cbor-with-links.car", "bafybeia264q44a3kmfc2otctzu4egp2k235o3t7mslz2yjraymp4nv6asi");
        Assert.Equal(await dag.CidsAsync("", "document"), await dag.ExportAsync("document", DagScope.Entity));
        Assert.Equal(await dag.CidsAsync("", "document", "document/files/single"), await dag.ExportAsync("document/files/single", DagScope.All));
        // A path that ends inside the document ends at its block.
        Assert.Equal(await dag.CidsAsync("", "document"), await dag.ExportAsync("document/files", DagScope.Entity));
    }

    [Fact]
    public async Task Export_Duplicates_AreSentAsAskedFor()
    {
        var dag = await Dag.LoadAsync("dir-with-duplicate-files.car", null);
        var copies = await dag.CidsAsync("", "ascii.txt", "ascii-copy.txt", "hello.txt", "multiblock.txt");
        Assert.Equal(copies[1], copies[2]);
        Assert.Equal([.. copies, .. MultiblockLeaves], await dag.ExportAsync(new CarExportRequest(dag.Root) { Duplicates = CarDuplicates.Include }));
        copies.RemoveAt(2);
        Assert.Equal([.. copies, .. MultiblockLeaves], await dag.ExportAsync(new CarExportRequest(dag.Root)));
    }

    [Theory]
    [InlineData(DagScope.All)]
    [InlineData(DagScope.Entity)]
    public async Task Export_BlockOnThePathThatOccursBelow_IsSentOnceUnlessAskedFor(DagScope scope)
    {
        // A directory whose entry "self" leads to a directory that holds the same file twice.
        var source = new TestSource();
        var leaf = Block.Create(Multicodec.Raw, "x"u8.ToArray());
        source.Put(leaf.Cid, leaf.Data.ToArray());
        var file = source.PutDagPb(Encode(new DagPbNode(Convert.FromHexString("080218022001" + "2001"), [new(leaf.Cid, "", 1), new(leaf.Cid, "", 1)])));
        var omit = await new Dag(source, file).ExportAsync(new CarExportRequest(file) { Scope = scope });
        Assert.Equal([file.ToString(), leaf.Cid.ToString()], omit);
        var include = await new Dag(source, file).ExportAsync(new CarExportRequest(file) { Scope = scope, Duplicates = CarDuplicates.Include });
        Assert.Equal([file.ToString(), leaf.Cid.ToString(), leaf.Cid.ToString()], include);
    }

    [Theory]
    [InlineData(DagScope.Block)]
    [InlineData(DagScope.Entity)]
    [InlineData(DagScope.All)]
    public async Task Export_IdentityCid_IsACarWithoutBlocks(DagScope scope)
    {
        var root = Cid.Parse("bafkqaf3imvwgy3zaneqgc3janfxgy2lomvscay3jmqfa");
        Assert.Empty(await new Dag(new TestSource(), root).ExportAsync(new CarExportRequest(root) { Scope = scope, Duplicates = CarDuplicates.Include }));
    }

    [Fact]
    public async Task Export_LinksInAnIdentityCid_AreFollowed()
    {
        var source = new TestSource();
        var leaf = Block.Create(Multicodec.Raw, "x"u8.ToArray());
        source.Put(leaf.Cid, leaf.Data.ToArray());
        var cbor = new ArrayBufferWriter<byte>();
        IpldCodecs.Default.Get(Multicodec.DagCbor).Encode(new IpldNode.List([new IpldNode.Link(leaf.Cid)]), cbor);
        var root = Cid.CreateV1(Multicodec.DagCbor, new Multihash(Multicodec.Identity, cbor.WrittenSpan));
        Assert.Equal([leaf.Cid.ToString()], await new Dag(source, root).ExportAsync(new CarExportRequest(root)));
    }

    [Fact]
    public async Task Export_RootOrPathMissing_WritesNothing()
    {
        var dag = await Dag.MixedAsync();
        var output = new MemoryStream();
        var exporter = new CarExporter(dag.Source);
        await Assert.ThrowsAsync<PathNotFoundException>(async () => await exporter.ExportAsync(new CarExportRequest(IpfsPath.Parse($"{dag.Root}/subdir/nothing")), output, Cancellation));
        dag.Source.Remove(dag.Root);
        await Assert.ThrowsAsync<BlockNotFoundException>(async () => await exporter.ExportAsync(new CarExportRequest(dag.Root), output, Cancellation));
        Assert.Equal(0, output.Length);
    }

    [Fact]
    public async Task Export_ChildMissing_ThrowsWithItsName()
    {
        var dag = await Dag.LoadAsync("file-3k-and-3-blocks-missing-block.car", null);
        var missing = DagPbCodec.DecodeNode(dag.Source[dag.Root]).Links[1].Hash;
        var thrown = await Assert.ThrowsAsync<BlockNotFoundException>(() => dag.ExportAsync(new CarExportRequest(dag.Root)));
        Assert.Equal(missing, thrown.Cid);
        // Ranges that do not need it do without it.
        Assert.Equal(2, (await dag.ExportAsync(new CarExportRequest(dag.Root) { Bytes = EntityBytes.Parse("0:1000") })).Count);
        Assert.Equal(2, (await dag.ExportAsync(new CarExportRequest(dag.Root) { Bytes = EntityBytes.Parse("2200:*") })).Count);
        await Assert.ThrowsAsync<BlockNotFoundException>(() => dag.ExportAsync(new CarExportRequest(dag.Root) { Bytes = EntityBytes.Parse("1500:1600") }));
    }

    [Theory]
    [InlineData(DagScope.All, nameof(TraversalLimits.MaxBlocks))]
    [InlineData(DagScope.Entity, nameof(TraversalLimits.MaxBlocks))]
    [InlineData(DagScope.All, nameof(TraversalLimits.MaxBytes))]
    [InlineData(DagScope.Entity, nameof(TraversalLimits.MaxBytes))]
    [InlineData(DagScope.All, nameof(TraversalLimits.MaxPendingLinks))]
    [InlineData(DagScope.Entity, nameof(TraversalLimits.MaxPendingLinks))]
    public async Task Export_MoreThanTheLimits_Throws(DagScope scope, string limit)
    {
        var dag = await Dag.MixedAsync();
        var file = await dag.ResolveAsync("subdir/multiblock.txt");
        var limits = limit switch
        {
            nameof(TraversalLimits.MaxBlocks) => new TraversalLimits { MaxBlocks = 3 },
            nameof(TraversalLimits.MaxBytes) => new TraversalLimits { MaxBytes = 1000 },
            _ => new TraversalLimits { MaxPendingLinks = 1 },
        };
        var thrown = await Assert.ThrowsAsync<TraversalLimitException>(() => dag.ExportAsync(new CarExportRequest(file) { Scope = scope, Limits = limits }));
        Assert.Equal(limit, thrown.Limit);
    }

    [Fact]
    public async Task Export_WhileABlockIsWaitedFor_FlushesWhatIsThere()
    {
        var dag = await Dag.MixedAsync();
        var held = new TaskCompletionSource();
        var last = Cid.Parse(MultiblockLeaves[^1]);
        dag.Source.BeforeGet = (cid, _) => cid == last ? held.Task : Task.CompletedTask;
        var output = new SignallingStream();
        var export = new CarExporter(dag.Source).ExportAsync(new CarExportRequest(dag.Root) { ReadAhead = 0 }, output, Cancellation).AsTask();
        await output.Flushed.WaitAsync(Cancellation);
        Assert.False(export.IsCompleted);
        held.SetResult();
        Assert.Equal(output.Length, (await export).Bytes);
    }

    [Fact]
    public async Task Export_StreamFailsWhileABlockIsWaitedFor_ThrowsThatFailure()
    {
        var dag = await Dag.MixedAsync();
        var held = new TaskCompletionSource();
        dag.Source.BeforeGet = (cid, _) => cid.ToString() == MultiblockLeaves[^1] ? held.Task : Task.CompletedTask;
        var output = new SignallingStream { Failing = true };
        var export = new CarExporter(dag.Source).ExportAsync(new CarExportRequest(dag.Root), output, Cancellation).AsTask();
        await output.Flushed.WaitAsync(Cancellation);
        held.SetResult();
        await Assert.ThrowsAsync<IOException>(() => export);
    }

    private static bool IsShard(byte[] data) => DagPbCodec.DecodeNode(data).Data is { } bytes && bytes.Span.StartsWith("\x08\x05"u8);

    private static byte[] Encode(DagPbNode node)
    {
        var output = new ArrayBufferWriter<byte>();
        DagPbCodec.EncodeNode(node, output);
        return output.WrittenSpan.ToArray();
    }

    private sealed record Dag(TestSource Source, Cid Root)
    {
        public static async Task<Dag> LoadAsync(string file, string? root)
        {
            var source = CarFixture.Load("gateway", "trustless_gateway_car", file);
            await using var reader = await CarReader.OpenAsync(File.OpenRead(TestKit.Fixtures.Path("gateway", "trustless_gateway_car", file)), null, Cancellation);
            return new Dag(source, root is null ? reader.Roots[0] : Cid.Parse(root));
        }

        public static Task<Dag> MixedAsync() =>
            LoadAsync("subdir-with-mixed-block-files.car", "bafybeidh6k2vzukelqtrjsmd4p52cpmltd2ufqrdtdg6yigi73in672fwu");

        public static Task<Dag> HamtAsync() =>
            LoadAsync("single-layer-hamt-with-multi-block-files.car", "bafybeidbclfqleg2uojchspzd4bob56dqetqjsj27gy2cq3klkkgxtpn4i");

        public async Task<Cid> ResolveAsync(string path) =>
            (await new UnixFsResolver(Source).ResolveAsync(IpfsPath.Parse($"{Root}/{path}"), Cancellation)).Cid;

        public async Task<List<string>> CidsAsync(params string[] paths)
        {
            var cids = new List<string>();
            foreach (var path in paths)
                cids.Add((await ResolveAsync(path)).ToString());
            return cids;
        }

        public Task<List<string>> ExportAsync(string path, DagScope scope) =>
            ExportAsync(new CarExportRequest(IpfsPath.Parse($"{Root}/{path}")) { Scope = scope });

        public async Task<List<string>> ExportAsync(CarExportRequest request)
        {
            var output = new MemoryStream();
            var result = await new CarExporter(Source).ExportAsync(request, output, Cancellation);
            Assert.Equal(output.Length, result.Bytes);
            var (roots, blocks) = await CarBytes.ReadAsync(output.ToArray());
            Assert.Equal([result.Root], roots);
            Assert.Equal(result.Blocks, blocks.Count);
            return blocks.ConvertAll(b => b.Cid.ToString());
        }
    }

    private sealed class SignallingStream : MemoryStream
    {
        private readonly TaskCompletionSource _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Flushed => _flushed.Task;

        public bool Failing { get; init; }

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            _flushed.TrySetResult();
            return Failing ? throw new IOException("no") : Task.CompletedTask;
        }
    }
}
