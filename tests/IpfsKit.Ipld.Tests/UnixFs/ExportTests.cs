using System.Buffers;
using System.Text;
using CsCheck;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Ipld.Tests.UnixFs.Support;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Ipld.Tests.UnixFs;

public sealed class ExportTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Export_Tree_ImportsToTheSameRoot() => await Gen
        .Select(Gen.Select(Gen.String[Gen.Char['a', 'e'], 1, 3].Array[1, 4], Gen.Int[0, 5000]).Array[0, 20], Gen.Bool)
        .SampleAsync(
            async (files, sharded) =>
            {
                using var folder = new TemporaryDirectory();
                var entries = new Dictionary<string, UnixFsSourceEntry>();
                foreach (var (names, length) in files)
                {
                    // Directories end in a digit, so that no file has the place of one.
                    var path = string.Join('/', names[..^1].Select(name => name + "0").Append(names[^1]));
                    entries[path] = UnixFsSourceEntry.File(path, new MemoryStream(Enumerable.Repeat((byte)length, length).ToArray()));
                }

                var options = new UnixFsImportOptions
                {
                    Profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = 1000, HamtThresholdBytes = sharded ? 0 : 1 << 18 },
                };
                var source = new TestSource();
                var imported = await new UnixFsTreeImporter(source, options).ImportAsync(new UnixFsSource(entries.Values));
                var written = await new UnixFsExporter(source).ExportAsync(imported.Root, folder.Combine("out"));
                Assert.Equal(imported.FileBytes, written.Bytes);
                var again = await new UnixFsTreeImporter(new NullSink(), options).ImportAsync(new LocalDirectorySource(folder.Combine("out")));
                Assert.Equal(imported, again);
                Assert.Empty(System.IO.Directory.GetFiles(folder.Path, "*.part", SearchOption.AllDirectories));
            },
            iter: Soak.Count(40, 2000));

    [Fact]
    public async Task Export_ModesAndTimes_AreRestored()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes.");
            return;
        }

        using var folder = new TemporaryDirectory();
        var time = new UnixFsTime(1_500_000_000, 123_456_700);
        var source = new TestSource();
        var root = await ImportAsync(
            source,
            UnixFsSourceEntry.Directory("d") with { Mode = 0x16d, ModificationTime = time },
            File("d/executable") with { Mode = 0xfed, ModificationTime = time },
            File("d/plain"),
            File("old") with { ModificationTime = new UnixFsTime(-1000) });
        await new UnixFsExporter(source).ExportAsync(root, folder.Combine("out"), Cancellation);
        var directory = folder.Combine("out", "d");
        Assert.Equal((UnixFileMode)0x16d, System.IO.File.GetUnixFileMode(directory));
        Assert.Equal(time.ToDateTimeOffset().UtcDateTime, System.IO.Directory.GetLastWriteTimeUtc(directory));

        // Set-id and sticky bits are not restored: content from anywhere must not gain rights.
        Assert.Equal((UnixFileMode)0x1ed, System.IO.File.GetUnixFileMode(Path.Combine(directory, "executable")));
        Assert.Equal(time.ToDateTimeOffset().UtcDateTime, System.IO.File.GetLastWriteTimeUtc(Path.Combine(directory, "executable")));
        Assert.Equal(DateTime.UnixEpoch, System.IO.File.GetLastWriteTimeUtc(folder.Combine("out", "old")));
        System.IO.File.SetUnixFileMode(directory, (UnixFileMode)0x1c0);

        await new UnixFsExporter(source, new UnixFsExportOptions { RestoreMode = false, RestoreModificationTime = false })
            .ExportAsync(root, folder.Combine("bare"), Cancellation);
        Assert.NotEqual((UnixFileMode)0x16d, System.IO.File.GetUnixFileMode(folder.Combine("bare", "d")));
        Assert.True(System.IO.Directory.GetLastWriteTimeUtc(folder.Combine("bare", "d")) > time.ToDateTimeOffset().UtcDateTime);
    }

    [Theory]
    [InlineData("outside-root.car", "bafybeicaj7kvxpcv4neaqzwhrqqmdstu4dhrwfpknrgebq6nzcecfucvyu", "../foo")]
    [InlineData("inside-root.car", "bafybeibfevfxlvxp5vxobr5oapczpf7resxnleb7tkqmdorc4gl5cdva3y", "../file")]
    public async Task Export_NamesThatClimb_AreRefusedAndNothingIsWrittenOutside(string car, string root, string name)
    {
        using var folder = new TemporaryDirectory();
        var source = CarFixture.Load("gateway", "path_gateway_tar", car);
        var exception = await Assert.ThrowsAsync<UnixFsNameException>(
            () => new UnixFsExporter(source).ExportAsync(Cid.Parse(root), folder.Combine("a", "out"), Cancellation));
        Assert.Equal(name, exception.Name);
        Assert.Empty(System.IO.Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("/etc/cron.d/x")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    public async Task Export_NamesThatAreNone_AreRefused(string name)
    {
        using var folder = new TemporaryDirectory();
        var source = new TestSource();
        var file = await ImportFileAsync(source, "x");
        var root = Directory(source, (name, file));
        await Assert.ThrowsAsync<UnixFsNameException>(() => new UnixFsExporter(source).ExportAsync(root, folder.Combine("out"), Cancellation));
        Assert.Empty(System.IO.Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("a\\b", "Windows reserves")]
    [InlineData("a:stream", "Windows reserves")]
    [InlineData("C:", "Windows reserves")]
    [InlineData("a\u0001", "Windows reserves")]
    [InlineData("name.", "a dot or a space")]
    [InlineData("name ", "a dot or a space")]
    [InlineData("NUL", "is a device")]
    [InlineData("con.txt", "is a device")]
    [InlineData("com1", "is a device")]
    [InlineData("LPT\u00b2.log", "is a device")]
    [InlineData("COM10", null)]
    [InlineData("console", null)]
    public void ValidateForExport_NamesThatWindowsTakesOtherwise_AreRefusedThere(string name, string? reason)
    {
        UnixFsName.ValidateForExport(name, windows: false);
        if (reason is null)
            UnixFsName.ValidateForExport(name, windows: true);
        else
            Assert.Contains(reason, Assert.Throws<UnixFsNameException>(() => UnixFsName.ValidateForExport(name, windows: true)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("foo", 0, true)]
    [InlineData("./foo/bar", 0, true)]
    [InlineData(".", 0, true)]
    [InlineData("../foo", 1, true)]
    [InlineData("../../foo", 2, true)]
    [InlineData("a\\b:c", 0, true)]
    [InlineData("..", 0, false)]
    [InlineData("../foo", 0, false)]
    [InlineData("../../foo", 1, false)]
    [InlineData("/etc/passwd", 5, false)]
    [InlineData("foo/..", 5, false)]
    [InlineData("../foo/../bar", 5, false)]
    [InlineData("foo", -1, false)]
    public void StaysInside_Target_IsJudgedByWhatIsCertain(string target, int above, bool inside) =>
        Assert.Equal(inside, TreeExport.StaysInside(target, above, windows: false));

    [Theory]
    [InlineData("..\\foo")]
    [InlineData("C:\\Windows")]
    [InlineData("\\\\server\\share")]
    public void StaysInside_WindowsPaths_DoNot(string target) => Assert.False(TreeExport.StaysInside(target, 5, windows: true));

    [Fact]
    public async Task Export_SymlinksInside_AreMadeAndNotFollowed()
    {
        using var folder = new TemporaryDirectory();
        var source = new TestSource();
        var root = await ImportAsync(source, File("d/file"), UnixFsSourceEntry.Symlink("d/link", "file"), UnixFsSourceEntry.Symlink("up", "d/link"), UnixFsSourceEntry.Symlink("d/root", ".."));
        await new UnixFsExporter(source).ExportAsync(root, folder.Combine("out"), Cancellation);
        Assert.Equal("file", new FileInfo(folder.Combine("out", "d", "link")).LinkTarget);
        Assert.Equal("d/file", await System.IO.File.ReadAllTextAsync(folder.Combine("out", "up"), Cancellation));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../outside")]
    [InlineData("d/../../outside")]
    public async Task Export_SymlinkThatLeadsOutside_IsSubjectToThePolicy(string target)
    {
        using var folder = new TemporaryDirectory();
        var source = new TestSource();
        var root = await ImportAsync(source, File("d/file"), UnixFsSourceEntry.Symlink("link", target));
        var exception = await Assert.ThrowsAsync<UnixFsExportException>(() => new UnixFsExporter(source).ExportAsync(root, folder.Combine("refused"), Cancellation));
        Assert.Contains(target, exception.Message, StringComparison.Ordinal);
        Assert.Null(new FileInfo(folder.Combine("refused", "link")).LinkTarget);

        await new UnixFsExporter(source, new UnixFsExportOptions { OutsideSymlinks = UnixFsSymlinkPolicy.Skip }).ExportAsync(root, folder.Combine("skipped"), Cancellation);
        Assert.Null(new FileInfo(folder.Combine("skipped", "link")).LinkTarget);

        await new UnixFsExporter(source, new UnixFsExportOptions { OutsideSymlinks = UnixFsSymlinkPolicy.Allow }).ExportAsync(root, folder.Combine("allowed"), Cancellation);
        Assert.Equal(target, new FileInfo(folder.Combine("allowed", "link")).LinkTarget);
    }

    [Fact]
    public async Task Export_DirectoryWhereALinkIs_IsNeverWrittenThrough()
    {
        // The classic: first a link named "d" to somewhere, then a directory "d" with a file. As two exports, and as one DAG with a name twice.
        using var folder = new TemporaryDirectory();
        var source = new TestSource();
        var outside = System.IO.Directory.CreateDirectory(folder.Combine("outside")).FullName;
        var withLink = await ImportAsync(source, UnixFsSourceEntry.Symlink("d", outside));
        var withDirectory = await ImportAsync(source, File("d/evil"));
        var options = new UnixFsExportOptions { OutsideSymlinks = UnixFsSymlinkPolicy.Allow, Overwrite = true };
        var exporter = new UnixFsExporter(source, options);
        await exporter.ExportAsync(withLink, folder.Combine("out"), Cancellation);
        await Assert.ThrowsAsync<UnixFsExportException>(() => exporter.ExportAsync(withDirectory, folder.Combine("out"), Cancellation));
        Assert.Empty(System.IO.Directory.GetFileSystemEntries(outside));

        var resolver = new UnixFsResolver(source);
        var link = (await resolver.ResolveAsync(IpfsPath.FromCid(withLink).Append("d"), Cancellation)).Cid;
        var directory = (await resolver.ResolveAsync(IpfsPath.FromCid(withDirectory).Append("d"), Cancellation)).Cid;
        await exporter.ExportAsync(Directory(source, ("d", link), ("d", directory)), folder.Combine("twice"), Cancellation);
        Assert.Empty(System.IO.Directory.GetFileSystemEntries(outside));
    }

    [Fact]
    public async Task Export_FileWhereALinkIs_ReplacesTheLinkAndNotItsTarget()
    {
        using var folder = new TemporaryDirectory();
        var source = new TestSource();
        var victim = folder.Combine("victim");
        await System.IO.File.WriteAllTextAsync(victim, "precious", Cancellation);
        System.IO.Directory.CreateDirectory(folder.Combine("out"));
        System.IO.File.CreateSymbolicLink(folder.Combine("out", "f"), victim);
        var root = await ImportAsync(source, File("f"));
        await Assert.ThrowsAsync<UnixFsExportException>(() => new UnixFsExporter(source).ExportAsync(root, folder.Combine("out"), Cancellation));
        await new UnixFsExporter(source, new UnixFsExportOptions { Overwrite = true }).ExportAsync(root, folder.Combine("out"), Cancellation);
        Assert.Equal("precious", await System.IO.File.ReadAllTextAsync(victim, Cancellation));
        Assert.Null(new FileInfo(folder.Combine("out", "f")).LinkTarget);
        Assert.Equal("f", await System.IO.File.ReadAllTextAsync(folder.Combine("out", "f"), Cancellation));
    }

    [Fact]
    public async Task Export_WhatIsThere_IsKeptUnlessOverwritingIsAskedFor()
    {
        using var folder = new TemporaryDirectory();
        var source = new TestSource();
        var root = await ImportAsync(source, File("f"), UnixFsSourceEntry.Symlink("s", "f"));
        System.IO.Directory.CreateDirectory(folder.Combine("out"));
        await System.IO.File.WriteAllTextAsync(folder.Combine("out", "f"), "mine", Cancellation);
        await System.IO.File.WriteAllTextAsync(folder.Combine("out", "other"), "mine", Cancellation);
        var exception = await Assert.ThrowsAsync<UnixFsExportException>(() => new UnixFsExporter(source).ExportAsync(root, folder.Combine("out"), Cancellation));
        Assert.Equal(folder.Combine("out", "f"), exception.Path);
        Assert.Equal("mine", await System.IO.File.ReadAllTextAsync(folder.Combine("out", "f"), Cancellation));

        var overwriting = new UnixFsExporter(source, new UnixFsExportOptions { Overwrite = true });
        await overwriting.ExportAsync(root, folder.Combine("out"), Cancellation);
        await overwriting.ExportAsync(root, folder.Combine("out"), Cancellation);
        Assert.Equal("f", await System.IO.File.ReadAllTextAsync(folder.Combine("out", "f"), Cancellation));
        Assert.Equal("mine", await System.IO.File.ReadAllTextAsync(folder.Combine("out", "other"), Cancellation));

        // What is of another kind is never replaced.
        var asDirectory = await ImportAsync(source, File("f/inside"));
        await Assert.ThrowsAsync<UnixFsExportException>(() => overwriting.ExportAsync(asDirectory, folder.Combine("out"), Cancellation));
        System.IO.Directory.CreateDirectory(folder.Combine("other", "f"));
        await Assert.ThrowsAsync<UnixFsExportException>(() => overwriting.ExportAsync(root, folder.Combine("other"), Cancellation));
    }

    [Fact]
    public async Task Export_FileAlone_GoesToThePathItself()
    {
        using var folder = new TemporaryDirectory();
        var source = new TestSource();
        var file = await ImportFileAsync(source, "content");
        var written = await new UnixFsExporter(source).ExportAsync(file, folder.Combine("name"), Cancellation);
        Assert.Equal(new UnixFsProgress(7, 1, 1), written);
        Assert.Equal("content", await System.IO.File.ReadAllTextAsync(folder.Combine("name"), Cancellation));
        await Assert.ThrowsAsync<UnixFsExportException>(() => new UnixFsExporter(source).ExportAsync(file, folder.Combine("name"), Cancellation));

        var output = new MemoryStream();
        await new UnixFsExporter(source).ExportAsync(file, output, Cancellation);
        Assert.Equal("content"u8.ToArray(), output.ToArray());
    }

    [Fact]
    public async Task Export_BlockThatIsMissing_LeavesNoPartOfTheFile()
    {
        using var folder = new TemporaryDirectory();
        var source = CarFixture.Load("gateway", "trustless_gateway_car", "file-3k-and-3-blocks-missing-block.car");
        var root = Cid.Parse("QmYhmPjhFjYFyaoiuNzYv8WGavpSRDwdHWe5B4M5du5Rtk");
        await Assert.ThrowsAsync<BlockNotFoundException>(() => new UnixFsExporter(source).ExportAsync(root, folder.Combine("file"), Cancellation));
        Assert.Empty(System.IO.Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Export_Limits_AreKept()
    {
        using var folder = new TemporaryDirectory();
        var source = new TestSource();
        var root = await ImportAsync(source, File("a/b/c"), File("d"));
        var entries = await Assert.ThrowsAsync<UnixFsExportException>(
            () => new UnixFsExporter(source, new UnixFsExportOptions { MaxEntries = 4 }).ExportAsync(root, folder.Combine("1"), Cancellation));
        Assert.Contains("exceeds 4 entries", entries.Message, StringComparison.Ordinal);
        var bytes = await Assert.ThrowsAsync<UnixFsExportException>(
            () => new UnixFsExporter(source, new UnixFsExportOptions { MaxBytes = 5 }).ExportAsync(root, folder.Combine("2"), Cancellation));
        Assert.Contains("exceeds 5 bytes", bytes.Message, StringComparison.Ordinal);
        var depth = await Assert.ThrowsAsync<TraversalLimitException>(
            () => new UnixFsExporter(source, new UnixFsExportOptions { Read = new UnixFsReadOptions { MaxDepth = 2 } }).ExportAsync(root, folder.Combine("3"), Cancellation));
        Assert.Equal("MaxDepth", depth.Limit);
        Assert.Equal(
            new UnixFsProgress(6, 2, 5),
            await new UnixFsExporter(source, new UnixFsExportOptions { MaxEntries = 5, MaxBytes = 6 }).ExportAsync(root, folder.Combine("4"), Cancellation));
    }

    [Fact]
    public async Task Export_EntryOfAnotherCodec_IsRefusedWithItsCid()
    {
        using var folder = new TemporaryDirectory();
        var source = CarFixture.Load("gateway", "trustless_gateway_car", "dir-with-dag-cbor-with-links.car");
        var exception = await Assert.ThrowsAsync<UnixFsException>(() => new UnixFsExporter(source).ExportAsync(
            Cid.Parse("bafybeia264q44a3kmfc2otctzu4egp2k235o3t7mslz2yjraymp4nv6asi"), folder.Combine("out"), Cancellation));
        Assert.Equal(Multicodec.DagCbor, exception.Cid!.Value.Codec);
    }

    private static UnixFsSourceEntry File(string path) => UnixFsSourceEntry.File(path, new MemoryStream(Encoding.UTF8.GetBytes(path)));

    private static async Task<Cid> ImportAsync(TestSource sink, params UnixFsSourceEntry[] entries) =>
        (await new UnixFsTreeImporter(sink).ImportAsync(new UnixFsSource(entries), cancellationToken: Cancellation)).Root;

    private static async Task<Cid> ImportFileAsync(TestSource sink, string content) => (await new UnixFsImporter(sink)
        .ImportFileAsync(new MemoryStream(Encoding.UTF8.GetBytes(content)), cancellationToken: Cancellation)).Root;

    // A directory with names that no writer here would write.
    private static Cid Directory(TestSource source, params (string Name, Cid Cid)[] links)
    {
        var output = new ArrayBufferWriter<byte>();
        var data = new UnixFsData { Type = UnixFsType.Directory };
        DagPbCodec.EncodeNode(new DagPbNode(data.Encode(), [.. links.Select(link => new DagPbLink(link.Cid, link.Name, 1))]), output);
        return source.PutDagPb(output.WrittenSpan.ToArray());
    }
}
