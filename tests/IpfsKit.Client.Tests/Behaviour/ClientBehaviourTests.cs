using System.Text;
using IpfsKit.Client.Tests.Support;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;
using IpfsKit.Storage;
using IpfsKit.TestKit;

namespace IpfsKit.Client.Tests.Behaviour;

/// <summary>What every <see cref="IIpfsKitClient"/> does.</summary>
public abstract class ClientBehaviourTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected IIpfsKitClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Client = await CreateAsync();

    public virtual ValueTask DisposeAsync()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Fetch_OfWhatIsHere_GivesItsRoot()
    {
        var added = await Client.AddStreamAsync(new MemoryStream("here already"u8.ToArray()), cancellationToken: Cancellation);

        var fetched = await Client.FetchAsync(added.Root, cancellationToken: Cancellation);

        Assert.Equal((added.Root, added.SizeBytes, added.Blocks, 0), (fetched.Root, fetched.SizeBytes, fetched.Blocks, fetched.FetchedBlocks));
    }

    [Fact]
    public async Task Fetch_WithNobodyToAsk_IsNotFound()
    {
        var missing = Block.Create(Multicodec.Raw, "nobody has this"u8.ToArray()).Cid;

        var exception = await Assert.ThrowsAsync<ContentNotFoundException>(() => Client.FetchAsync(missing, cancellationToken: Cancellation));

        Assert.Equal(missing, exception.Cid);
    }

    [Fact]
    public async Task Connect_ToAPeerThatIsNotThere_SaysSo()
    {
        var address = Multiaddr.Parse("/ip4/127.0.0.1/tcp/1/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");

        var exception = await Assert.ThrowsAsync<PeerUnavailableException>(() => Client.ConnectPeerAsync(address, cancellationToken: Cancellation));

        Assert.Equal(address, exception.Address);
        Assert.Empty(await Client.ListPeersAsync(Cancellation));
    }

    [Fact]
    public async Task AddStream_KnownBytes_HaveTheirKnownCid()
    {
        var added = await Client.AddStreamAsync(new MemoryStream("hello world"u8.ToArray()), cancellationToken: Cancellation);

        Assert.Equal("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e", added.Root.ToString());
        Assert.Equal((11, 11, 1), (added.SizeBytes, added.DagBytes, added.Blocks));
        Assert.Equal("hello world", await ReadTextAsync(added.Root));
    }

    [Fact]
    public async Task AddStream_ProfileOf2015_HasTheCidOfOldKubo()
    {
        var added = await Client.AddStreamAsync(
            new MemoryStream("hello world\n"u8.ToArray()), new AddOptions { Profile = UnixFsProfile.UnixFsV0_2015 }, cancellationToken: Cancellation);

        Assert.Equal("QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o", added.Root.ToString());
        Assert.Equal("hello world\n", await ReadTextAsync(added.Root));
    }

    [Fact]
    public async Task AddStream_TheSameTwice_IsTheSameRoot()
    {
        var content = TestContent.Bytes(100_000);
        var first = await Client.AddStreamAsync(new MemoryStream(content), cancellationToken: Cancellation);
        var second = await Client.AddStreamAsync(new MemoryStream(content), cancellationToken: Cancellation);

        Assert.Equal(first, second);
    }

    [Fact]
    public async Task AddStream_FromTheMiddleOfAStream_AddsTheRest()
    {
        var stream = new MemoryStream("0123456789"u8.ToArray()) { Position = 4 };
        var added = await Client.AddStreamAsync(stream, cancellationToken: Cancellation);

        Assert.Equal("456789", await ReadTextAsync(added.Root));
    }

    [Fact]
    public async Task AddStream_ThatCannotSeek_Works()
    {
        var content = TestContent.Bytes(3_000_000);
        var added = await Client.AddStreamAsync(new ForwardStream(content), cancellationToken: Cancellation);

        Assert.Equal(content, await ReadAsync(added.Root));
    }

    [Fact]
    public async Task AddStream_Wrapped_IsADirectoryWithTheName()
    {
        var added = await Client.AddStreamAsync(
            new MemoryStream("text"u8.ToArray()), new AddOptions { WrapAs = "a name.txt" }, cancellationToken: Cancellation);

        var entry = Assert.Single(await ListAsync(added.Root));
        Assert.Equal(("a name.txt", ContentKind.File, 4L), (entry.Name, entry.Kind, entry.SizeBytes!.Value));
        Assert.Equal("text", await ReadTextAsync(IpfsPath.Parse($"/ipfs/{added.Root}/a name.txt")));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    [InlineData("")]
    public async Task AddStream_WrappedUnderABadName_IsRefused(string name)
    {
        var thrown = await Assert.ThrowsAsync<UnixFsNameException>(() => Client.AddStreamAsync(
            new MemoryStream([1]), new AddOptions { WrapAs = name }, cancellationToken: Cancellation));

        Assert.Equal(name, thrown.Name);
    }

    [Fact]
    public async Task AddStream_ModeAndTime_AreStored()
    {
        var time = new DateTimeOffset(2020, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(1234567);
        var added = await Client.AddStreamAsync(
            new MemoryStream("x"u8.ToArray()), new AddOptions { Mode = (UnixFileMode)0x1a4, ModifiedAt = time }, cancellationToken: Cancellation);

        var stat = await Client.StatAsync(added.Root, Cancellation);

        Assert.Equal(((UnixFileMode)0x1a4, time), (stat.Mode!.Value, stat.ModifiedAt!.Value));
    }

    [Fact]
    public async Task AddStream_SourceFails_ThrowsWhatTheSourceThrew()
    {
        var thrown = await Assert.ThrowsAsync<InvalidDataException>(() =>
            Client.AddStreamAsync(new ForwardStream(TestContent.Bytes(300_000), failAt: 200_000), cancellationToken: Cancellation));

        Assert.Equal("the source failed", thrown.Message);
    }

    [Fact]
    public async Task AddStream_Cancelled_LeavesNothingVisible()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var source = new ForwardStream(TestContent.Bytes(3_000_017, seed: 11), onRead: position =>
        {
            if (position > 1_000_000)
                stop.Cancel();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client.AddStreamAsync(source, cancellationToken: stop.Token));

        Assert.DoesNotContain(await RootsAsync(), root => root.SizeBytes == 3_000_017);
    }

    [Fact]
    public async Task AddFile_WithProgress_TellsOfBytes()
    {
        var file = _directory.Combine("file.bin");
        await File.WriteAllBytesAsync(file, TestContent.Bytes(700_000), Cancellation);
        var progress = new Recorder();

        await Client.AddFileAsync(file, progress: progress, cancellationToken: Cancellation);

        Assert.Equal(700_000, progress.Last.Bytes);
        Assert.Equal(700_000, progress.Last.TotalBytes);
    }

    [Fact]
    public async Task AddFile_ThatIsNotThere_SaysSo() =>
        await Assert.ThrowsAsync<FileNotFoundException>(() => Client.AddFileAsync(_directory.Combine("nothing"), cancellationToken: Cancellation));

    [Fact]
    public async Task AddDirectory_AndDownload_GiveTheSameTree()
    {
        var source = MakeTree("tree");
        var added = await Client.AddDirectoryAsync(
            source, new AddOptions { PreserveMode = true, PreserveModifiedTime = true, IncludeHidden = true }, cancellationToken: Cancellation);

        var target = _directory.Combine("copy");
        var written = await Client.DownloadAsync(added.Root, target, cancellationToken: Cancellation);

        Assert.Equal(Describe(source), Describe(target));
        Assert.Equal(added.SizeBytes, written.Bytes);
    }

    [Fact]
    public async Task AddDirectory_WithoutHidden_LeavesThemOut()
    {
        var added = await Client.AddDirectoryAsync(MakeTree("hidden"), cancellationToken: Cancellation);

        Assert.DoesNotContain(await ListAsync(added.Root), entry => entry.Name.StartsWith('.'));
    }

    [Fact]
    public async Task AddDirectory_SkippingSymlinks_LeavesThemOut()
    {
        var added = await Client.AddDirectoryAsync(
            MakeTree("links"), new AddOptions { Symlinks = SymlinkHandling.Skip }, cancellationToken: Cancellation);

        Assert.DoesNotContain(await ListAsync(added.Root), entry => entry.Kind == ContentKind.Symlink);
    }

    [Fact]
    public async Task AddDirectory_ThatIsNotThere_SaysSo() =>
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => Client.AddDirectoryAsync(_directory.Combine("nothing"), cancellationToken: Cancellation));

    [Fact]
    public async Task AddDirectory_WithProgress_TellsOfFiles()
    {
        var progress = new Recorder();
        var added = await Client.AddDirectoryAsync(MakeTree("progress"), progress: progress, cancellationToken: Cancellation);

        Assert.Equal(added.SizeBytes, progress.Last.Bytes);
    }

    [Fact]
    public async Task List_Directory_DescribesItsEntries()
    {
        var added = await Client.AddDirectoryAsync(MakeTree("list"), cancellationToken: Cancellation);

        var entries = (await ListAsync(added.Root)).ToDictionary(entry => entry.Name);

        Assert.Equal(ContentKind.Directory, entries["sub"].Kind);
        Assert.Equal((ContentKind.File, 5L), (entries["small.txt"].Kind, entries["small.txt"].SizeBytes!.Value));
        Assert.Equal((ContentKind.File, 2_500_000L), (entries["large.bin"].Kind, entries["large.bin"].SizeBytes!.Value));
        Assert.Equal((ContentKind.Symlink, "sub/deep.txt"), (entries["link"].Kind, entries["link"].Target));
        Assert.Equal(["deep.txt"], (await ListAsync(IpfsPath.Parse($"/ipfs/{added.Root}/sub"))).Select(entry => entry.Name));
    }

    [Fact]
    public async Task List_WithoutResolving_NamesAndCidsAreTheSame()
    {
        var added = await Client.AddDirectoryAsync(MakeTree("names"), cancellationToken: Cancellation);

        var resolved = await ListAsync(added.Root);
        var plain = await Client.ListAsync(added.Root, new ListOptions { ResolveEntries = false }, Cancellation).ToListAsync(Cancellation);

        Assert.Equal(resolved.Select(entry => (entry.Name, entry.Cid)), plain.Select(entry => (entry.Name, entry.Cid)));
    }

    [Fact]
    public async Task List_ShardedDirectory_ListsEverything()
    {
        var folder = Directory.CreateDirectory(_directory.Combine("many")).FullName;
        for (var i = 0; i < 5000; i++)
            await File.WriteAllTextAsync(Path.Combine(folder, $"a file with a rather long name, number {i:d5}.txt"), $"{i % 7}", Cancellation);
        Directory.CreateDirectory(Path.Combine(folder, "folder"));

        var added = await Client.AddDirectoryAsync(folder, cancellationToken: Cancellation);
        var entries = await ListAsync(added.Root);

        Assert.Equal(5001, entries.Count);
        Assert.Equal(5001, entries.Select(entry => entry.Name).Distinct().Count());
        Assert.Equal(ContentKind.Directory, entries.Single(entry => entry.Name == "folder").Kind);
        var target = _directory.Combine("many-copy");
        Assert.Equal(5000, (await Client.DownloadAsync(added.Root, target, cancellationToken: Cancellation)).Bytes);
        Assert.Equal(5000, Directory.GetFiles(target).Length);
        Assert.Equal("3", await ReadTextAsync(IpfsPath.Parse($"/ipfs/{added.Root}/a file with a rather long name, number 00752.txt")));
    }

    [Fact]
    public async Task List_File_IsRefused()
    {
        var added = await Client.AddStreamAsync(new MemoryStream([1]), cancellationToken: Cancellation);

        await Assert.ThrowsAsync<UnixFsTypeException>(() => ListAsync(added.Root));
    }

    [Fact]
    public async Task OpenRead_Directory_IsRefused()
    {
        var added = await Client.AddDirectoryAsync(MakeTree("no-file"), cancellationToken: Cancellation);

        await Assert.ThrowsAsync<UnixFsTypeException>(() => Client.OpenReadAsync(added.Root, Cancellation));
    }

    [Fact]
    public async Task OpenRead_Seeks_AndReadsRanges()
    {
        var content = TestContent.Bytes(3_000_000);
        var added = await Client.AddStreamAsync(new MemoryStream(content), cancellationToken: Cancellation);

        await using var stream = await Client.OpenReadAsync(added.Root, Cancellation);
        Assert.Equal(content.Length, stream.Length);
        var buffer = new byte[1000];
        foreach (var position in new[] { 2_999_000, 0, 1_048_000, 1_500_000 })
        {
            stream.Position = position;
            await stream.ReadExactlyAsync(buffer, Cancellation);
            Assert.Equal(content[position..(position + 1000)], buffer);
        }
    }

    [Fact]
    public async Task Read_PathThatDoesNotExist_NamesTheSegment()
    {
        var added = await Client.AddDirectoryAsync(MakeTree("paths"), cancellationToken: Cancellation);
        var path = IpfsPath.Parse($"/ipfs/{added.Root}/sub/none.txt");

        foreach (var read in new Func<Task>[]
        {
            () => Client.OpenReadAsync(path, Cancellation),
            () => Client.StatAsync(path, Cancellation),
            () => ListAsync(path),
            () => Client.DownloadAsync(path, _directory.Combine("never"), cancellationToken: Cancellation),
            () => Client.ExportCarAsync(path, new MemoryStream(), cancellationToken: Cancellation),
            () => Client.PinAsync(path, cancellationToken: Cancellation),
        })
        {
            var thrown = await Assert.ThrowsAsync<PathNotFoundException>(read);
            Assert.Equal("none.txt", thrown.Segment);
        }
    }

    [Fact]
    public async Task Read_UnknownRoot_IsNotFound()
    {
        var unknown = Block.Create(Multicodec.Raw, TestContent.Bytes(50, seed: 12345)).Cid;

        foreach (var read in new Func<Task>[]
        {
            () => Client.OpenReadAsync(unknown, Cancellation),
            () => Client.StatAsync(unknown, Cancellation),
            () => Client.PinAsync(unknown, cancellationToken: Cancellation),
            () => Client.ExportCarAsync(unknown, new MemoryStream(), cancellationToken: Cancellation),
        })
        {
            var thrown = await Assert.ThrowsAsync<ContentNotFoundException>(read);
            Assert.Equal(unknown, thrown.Cid);
        }

        Assert.False(await Client.UnpinAsync(unknown, Cancellation));
        Assert.False(await Client.RemoveAsync(unknown, Cancellation));
    }

    [Theory]
    [InlineData("/ipfs/notacid")]
    [InlineData("/ipfs/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e/../etc")]
    [InlineData("/ipfs/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e/a\0b")]
    public async Task Read_TextThatIsNoPath_IsAFormatException(string text) =>
        await Assert.ThrowsAsync<FormatException>(() => Client.OpenReadAsync(text, Cancellation));

    [Fact]
    public async Task Read_ChildOfARoot_ByItsOwnCid_Works()
    {
        var content = TestContent.Bytes(2_500_000, seed: 61);
        var root = await AddTreeAsync("child", ("large.bin", content));
        var child = (await ListAsync(root)).Single().Cid;

        Assert.Equal(content, await ReadAsync(child));
        Assert.Null((await Client.StatAsync(child, Cancellation)).Root);
    }

    [Fact]
    public async Task Stat_File_KnowsWhatTheClusterKnows()
    {
        var added = await Client.AddStreamAsync(
            new MemoryStream(TestContent.Bytes(2_500_000, seed: 5)), new AddOptions { PinName = "the name" }, cancellationToken: Cancellation);

        var stat = await Client.StatAsync(added.Root, Cancellation);

        Assert.Equal((added.Root, ContentKind.File, 2_500_000L, 3), (stat.Cid, stat.Kind, stat.SizeBytes!.Value, stat.Links));
        Assert.Equal((PinMode.Recursive, "the name"), (stat.Root!.Pin!.Mode, stat.Root.Pin.Name));
        Assert.Equal((added.DagBytes, added.Blocks), (stat.Root.DagBytes, stat.Root.Blocks));
        Assert.Single(stat.Root.Placements);
    }

    [Fact]
    public async Task Stat_Version0OfARoot_IsTheSameContent()
    {
        var added = await Client.AddStreamAsync(
            new MemoryStream(TestContent.Bytes(100)), new AddOptions { Profile = UnixFsProfile.UnixFsV0_2015 }, cancellationToken: Cancellation);

        var stat = await Client.StatAsync(added.Root.ToV1(), Cancellation);

        Assert.Equal(100, stat.SizeBytes);
        Assert.NotNull(stat.Root);
    }

    [Fact]
    public async Task Pin_Lifecycle_IsWhatListsSay()
    {
        var added = await Client.AddStreamAsync(
            new MemoryStream(TestContent.Bytes(10, seed: 21)), new AddOptions { Pin = false }, cancellationToken: Cancellation);
        Assert.DoesNotContain(await PinsAsync(), pin => pin.Cid == added.Root);

        Assert.Equal(added.Root, await Client.PinAsync(added.Root, new PinOptions { Name = "kept" }, Cancellation));
        Assert.Equal("kept", (await PinsAsync()).Single(pin => pin.Cid == added.Root).Name);
        var refused = await Assert.ThrowsAsync<ContentPinnedException>(() => Client.RemoveAsync(added.Root, Cancellation));
        Assert.Equal(added.Root, refused.Cid);

        Assert.True(await Client.UnpinAsync(added.Root, Cancellation));
        Assert.False(await Client.UnpinAsync(added.Root, Cancellation));
        Assert.DoesNotContain(await PinsAsync(), pin => pin.Cid == added.Root);
    }

    [Fact]
    public async Task Pin_ChildByPath_MakesItARoot()
    {
        var added = await Client.AddDirectoryAsync(MakeTree("pin-child"), cancellationToken: Cancellation);

        var child = await Client.PinAsync(IpfsPath.Parse($"/ipfs/{added.Root}/sub"), cancellationToken: Cancellation);

        Assert.Contains(await PinsAsync(PinMode.Recursive), pin => pin.Cid == child);
        Assert.NotNull((await Client.StatAsync(child, Cancellation)).Root);
    }

    [Fact]
    public async Task Pin_ChildDirectly_StillReadsItsContent()
    {
        var added = await Client.AddDirectoryAsync(MakeTree("pin-direct"), cancellationToken: Cancellation);

        var child = await Client.PinAsync(
            IpfsPath.Parse($"/ipfs/{added.Root}/large.bin"), new PinOptions { Mode = PinMode.Direct }, Cancellation);

        Assert.Contains(await PinsAsync(PinMode.Direct), pin => pin.Cid == child);
        Assert.Equal(TestContent.Bytes(2_500_000), await ReadAsync(child));
    }

    [Fact]
    public async Task Pin_Indirect_IsComputed()
    {
        var added = await Client.AddStreamAsync(new MemoryStream(TestContent.Bytes(2_100_000, seed: 31)), cancellationToken: Cancellation);

        var indirect = (await PinsAsync(PinMode.Indirect)).Select(pin => pin.Cid).ToHashSet();

        await using var car = new MemoryStream();
        await Client.ExportCarAsync(added.Root, car, cancellationToken: Cancellation);
        var blocks = await BlocksAsync(car);
        Assert.Equal(4, blocks.Count);
        Assert.Superset(blocks.Where(cid => cid != added.Root).ToHashSet(), indirect);
    }

    [Fact]
    public async Task Pin_BadArguments_AreRefused()
    {
        var added = await Client.AddStreamAsync(new MemoryStream([1, 2, 3]), cancellationToken: Cancellation);

        await Assert.ThrowsAsync<ArgumentException>(() => Client.PinAsync(added.Root, new PinOptions { Mode = PinMode.Indirect }, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Client.PinAsync(added.Root, new PinOptions { Name = new string('x', 256) }, Cancellation));
    }

    [Fact]
    public async Task Remove_Root_IsGoneAndItsSharedBlocksAreNot()
    {
        var shared = TestContent.Bytes(2_000_000, seed: 41);
        var kept = await AddTreeAsync("kept", ("shared.bin", shared), ("kept.txt", [1]));
        var removed = await AddTreeAsync("removed", ("shared.bin", shared), ("removed.txt", [2]));
        await Client.UnpinAsync(removed, Cancellation);

        Assert.True(await Client.RemoveAsync(removed, Cancellation));

        Assert.DoesNotContain(await RootsAsync(), root => root.Root == removed);
        Assert.Null((await StatOrNullAsync(removed))?.Root);
        Assert.Equal(shared, await ReadAsync(IpfsPath.Parse($"/ipfs/{kept}/shared.bin")));
        Assert.False(await Client.RemoveAsync(removed, Cancellation));
    }

    [Fact]
    public async Task ListRoots_NamesWhatWasAdded()
    {
        var added = await Client.AddStreamAsync(new MemoryStream(TestContent.Bytes(1234, seed: 51)), cancellationToken: Cancellation);

        var root = (await RootsAsync()).Single(root => root.Root == added.Root);

        Assert.Equal((1234L, 1234L, 1L, PinMode.Recursive), (root.SizeBytes, root.DagBytes, root.Blocks, root.Pin!.Value));
    }

    [Fact]
    public async Task ExportAndImport_GiveTheSameRootAndBlocks()
    {
        var added = await Client.AddDirectoryAsync(MakeTree("car"), cancellationToken: Cancellation);
        await using var car = new MemoryStream();
        var exported = await Client.ExportCarAsync(added.Root, car, cancellationToken: Cancellation);
        Assert.Equal((added.Root, added.Blocks, car.Length), (exported.Root, exported.Blocks, exported.Bytes));

        car.Position = 0;
        var imported = await Client.ImportCarAsync(car, cancellationToken: Cancellation);

        Assert.Equal([new CarImportRoot(added.Root, true)], imported.Roots);
        Assert.Equal(added.Blocks, imported.Blocks);
    }

    [Fact]
    public async Task Export_PathScopeAndRange_HoldWhatTheyShould()
    {
        var added = await Client.AddDirectoryAsync(MakeTree("scopes"), cancellationToken: Cancellation);
        var path = IpfsPath.Parse($"/ipfs/{added.Root}/large.bin");

        await using var block = new MemoryStream();
        var ofBlock = await Client.ExportCarAsync(path, block, new CarExportOptions { Scope = DagScope.Block }, cancellationToken: Cancellation);
        await using var range = new MemoryStream();
        var ofRange = await Client.ExportCarAsync(
            path, range, new CarExportOptions { Scope = DagScope.Entity, Range = new EntityBytes(0, 10) }, cancellationToken: Cancellation);
        await using var entity = new MemoryStream();
        var ofEntity = await Client.ExportCarAsync(path, entity, new CarExportOptions { Scope = DagScope.Entity }, cancellationToken: Cancellation);

        // Directory and file root; those and one chunk; those and all three.
        Assert.Equal((2, 3, 5), (ofBlock.Blocks, ofRange.Blocks, ofEntity.Blocks));
        Assert.Equal(added.Root, (await BlocksAsync(range))[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Export_RepeatedBlocks_AreWrittenAsAsked(bool include)
    {
        var root = await AddTreeAsync("twice", ("a.bin", TestContent.Bytes(100)), ("b.bin", TestContent.Bytes(100)));
        await using var car = new MemoryStream();

        var exported = await Client.ExportCarAsync(root, car, new CarExportOptions { IncludeDuplicates = include }, cancellationToken: Cancellation);

        Assert.Equal(include ? 3 : 2, exported.Blocks);
    }

    [Fact]
    public async Task Import_Fixtures_PreserveRootsAndBlocks()
    {
        var folder = Fixtures.Path("gateway");
        foreach (var file in Directory.GetFiles(folder, "*.car", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            await using var car = File.OpenRead(file);
            var imported = await Client.ImportCarAsync(car, new CarImportOptions { AllowPartial = true }, cancellationToken: Cancellation);
            var original = await BlocksAsync(File.OpenRead(file));
            Assert.True(imported.Roots.Count > 0, file);
            foreach (var root in imported.Roots.Where(root => root.IsCommitted))
            {
                await using var again = new MemoryStream();
                var exported = await Client.ExportCarAsync(root.Cid, again, cancellationToken: Cancellation);
                Assert.Equal(root.Cid, exported.Root);
                Assert.Subset(original.Select(cid => cid.Hash).ToHashSet(), (await BlocksAsync(again)).Select(cid => cid.Hash).ToHashSet());
            }
        }
    }

    [Fact]
    public async Task Import_IncompleteDag_NamesTheMissingBlock()
    {
        var (root, blocks) = await MakeDagAsync();
        await using var car = await WriteCarAsync(root, blocks.SkipLast(1));

        var thrown = await Assert.ThrowsAsync<IncompleteDagException>(() => Client.ImportCarAsync(car, cancellationToken: Cancellation));
        Assert.Equal((root, blocks[^1].Cid), (thrown.Root, thrown.Missing));
        Assert.DoesNotContain(await RootsAsync(), listed => listed.Root == root);

        car.Position = 0;
        var partial = await Client.ImportCarAsync(car, new CarImportOptions { AllowPartial = true }, cancellationToken: Cancellation);
        Assert.Equal([new CarImportRoot(root, false)], partial.Roots);
        Assert.DoesNotContain(await RootsAsync(), listed => listed.Root == root);
    }

    [Fact]
    public async Task Import_WrongBytes_AreRefused()
    {
        var (root, blocks) = await MakeDagAsync();
        await using var car = await WriteCarAsync(root, blocks);
        var bytes = car.ToArray();
        bytes[^1] ^= 1;

        var thrown = await Assert.ThrowsAsync<BlockIntegrityException>(() => Client.ImportCarAsync(new MemoryStream(bytes), cancellationToken: Cancellation));

        Assert.Equal(blocks[^1].Cid, thrown.Cid);
        Assert.DoesNotContain(await RootsAsync(), listed => listed.Root == root);
    }

    [Fact]
    public async Task Import_Truncated_IsRefused()
    {
        var (root, blocks) = await MakeDagAsync();
        await using var car = await WriteCarAsync(root, blocks);

        await Assert.ThrowsAsync<CarFormatException>(() =>
            Client.ImportCarAsync(new MemoryStream(car.ToArray()[..^7]), cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Import_Garbage_IsRefused() =>
        await Assert.ThrowsAsync<CarFormatException>(() => Client.ImportCarAsync(new MemoryStream(TestContent.Bytes(1000)), cancellationToken: Cancellation));

    [Fact]
    public async Task Import_OversizeBlock_IsRefused()
    {
        var block = Block.Create(Multicodec.Raw, TestContent.Bytes((2 << 20) + 1));
        await using var car = await WriteCarAsync(block.Cid, [block]);

        var thrown = await Assert.ThrowsAsync<BlockTooLargeException>(() => Client.ImportCarAsync(car, cancellationToken: Cancellation));

        Assert.Equal((block.Cid, (2L << 20) + 1, 2L << 20), (thrown.Cid, thrown.Size, thrown.Limit));
    }

    [Fact]
    public async Task Import_UnsupportedHash_IsNamed()
    {
        var cid = Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Murmur3X64_64, new byte[8]));
        await using var car = new MemoryStream();
        await using (var writer = await CarWriter.CreateAsync(car, [cid], leaveOpen: true, Cancellation))
            await writer.WriteAsync(Block.CreateTrusted(cid, new byte[] { 1 }), Cancellation);
        car.Position = 0;

        var thrown = await Assert.ThrowsAsync<UnsupportedHashException>(() => Client.ImportCarAsync(car, cancellationToken: Cancellation));

        Assert.Equal(Multicodec.Murmur3X64_64, thrown.Code);
    }

    [Fact]
    public async Task Import_DagCbor_IsReadAsOtherContent()
    {
        await using var car = File.OpenRead(Fixtures.Path("gateway", "path_gateway_dag", "dag-cbor-traversal.car"));
        var imported = await Client.ImportCarAsync(car, cancellationToken: Cancellation);

        var stat = await Client.StatAsync(imported.Roots[0].Cid, Cancellation);

        Assert.Equal(ContentKind.Other, stat.Kind);
        await Assert.ThrowsAnyAsync<IpldException>(() => Client.OpenReadAsync(imported.Roots[0].Cid, Cancellation));
    }

    [Fact]
    public async Task Download_OverSomethingThatExists_IsRefusedUnlessAllowed()
    {
        var added = await Client.AddStreamAsync(new MemoryStream("new"u8.ToArray()), cancellationToken: Cancellation);
        var target = _directory.Combine("exists.txt");
        await File.WriteAllTextAsync(target, "old", Cancellation);

        await Assert.ThrowsAsync<UnixFsExportException>(() => Client.DownloadAsync(added.Root, target, cancellationToken: Cancellation));
        Assert.Equal("old", await File.ReadAllTextAsync(target, Cancellation));

        await Client.DownloadAsync(added.Root, target, new DownloadOptions { Overwrite = true }, cancellationToken: Cancellation);
        Assert.Equal("new", await File.ReadAllTextAsync(target, Cancellation));
    }

    [Fact]
    public async Task Download_TreeThatEscapes_IsRefused()
    {
        await using var car = File.OpenRead(Fixtures.Path("gateway", "path_gateway_tar", "outside-root.car"));
        var imported = await Client.ImportCarAsync(car, cancellationToken: Cancellation);
        var target = _directory.Combine("inside", "target");
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);

        await Assert.ThrowsAnyAsync<IpldException>(() => Client.DownloadAsync(imported.Roots[0].Cid, target, cancellationToken: Cancellation));

        Assert.Empty(Directory.GetFiles(_directory.Path));
        Assert.Empty(Directory.GetFiles(_directory.Combine("inside")));
    }

    [Fact]
    public async Task Stats_CountWhatIsHeld()
    {
        var before = await Client.GetStatsAsync(Cancellation);
        await Client.AddStreamAsync(new MemoryStream(TestContent.Bytes(4321, seed: Random.Shared.Next())), cancellationToken: Cancellation);
        var after = await Client.GetStatsAsync(Cancellation);

        Assert.Equal(
            (before.Roots + 1, before.Pins + 1, before.Blocks + 1),
            (after.Roots, after.Pins, after.Blocks));
        Assert.True(after.BlockBytes >= before.BlockBytes + 4321);
        Assert.Empty(after.Silent);
        Assert.Equal(after.Nodes.Single().Node, (await Client.ListNodesAsync(Cancellation)).Single().Node);
    }

    /// <summary>A client over an empty cluster, or one in which no other test adds what this one looks for.</summary>
    protected abstract ValueTask<IIpfsKitClient> CreateAsync();

    private string MakeTree(string name)
    {
        var root = Directory.CreateDirectory(_directory.Combine(name)).FullName;
        File.WriteAllText(Path.Combine(root, "small.txt"), "small");
        File.WriteAllBytes(Path.Combine(root, "large.bin"), TestContent.Bytes(2_500_000));
        File.WriteAllText(Path.Combine(root, ".hidden"), "hidden");
        File.WriteAllText(Path.Combine(root, "ümläut & space %41+.txt"), "odd");
        File.WriteAllText(Path.Combine(root, "empty"), "");
        Directory.CreateDirectory(Path.Combine(root, "sub"));
        File.WriteAllText(Path.Combine(root, "sub", "deep.txt"), "deep");
        Directory.CreateDirectory(Path.Combine(root, "nothing"));
        File.CreateSymbolicLink(Path.Combine(root, "link"), "sub/deep.txt");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(root, "small.txt"), (UnixFileMode)0x1e0);
        File.SetLastWriteTimeUtc(Path.Combine(root, "small.txt"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        return root;
    }

    private static string Describe(string root)
    {
        var text = new StringBuilder();
        foreach (var entry in new DirectoryInfo(root).GetFileSystemInfos("*", SearchOption.AllDirectories).OrderBy(info => info.FullName, StringComparer.Ordinal))
        {
            text.Append(Path.GetRelativePath(root, entry.FullName)).Append(' ').Append(entry.LinkTarget);
            if (entry.LinkTarget is null)
            {
                text.Append(entry.UnixFileMode).Append(' ').Append(entry.LastWriteTimeUtc.ToString("O"));
                if (entry is FileInfo file)
                    text.Append(' ').Append(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file.FullName))));
            }

            text.AppendLine();
        }

        return text.ToString();
    }

    private static async Task<(Cid Root, List<Block> Blocks)> MakeDagAsync()
    {
        var store = new MemoryBlockStore();
        var root = await TestContent.AddFileAsync(store, TestContent.Bytes(50_000, seed: Random.Shared.Next()));
        var blocks = new List<Block>();
        await foreach (var block in new Ipld.Traversal.DagWalker(store).WalkAsync(root))
            blocks.Add(block);
        return (root, blocks);
    }

    private static async Task<MemoryStream> WriteCarAsync(Cid root, IEnumerable<Block> blocks)
    {
        var car = new MemoryStream();
        await using (var writer = await CarWriter.CreateAsync(car, [root], leaveOpen: true, Cancellation))
        {
            foreach (var block in blocks)
                await writer.WriteAsync(block, Cancellation);
        }

        car.Position = 0;
        return car;
    }

    private static async Task<List<Cid>> BlocksAsync(Stream car)
    {
        car.Position = 0;
        await using var reader = await CarReader.OpenAsync(car, cancellationToken: Cancellation);
        var cids = new List<Cid>();
        await foreach (var block in reader.ReadBlocksAsync(Cancellation))
            cids.Add(block.Cid);
        return cids;
    }

    private async Task<Cid> AddTreeAsync(string name, params (string Name, byte[] Content)[] files)
    {
        var folder = Directory.CreateDirectory(_directory.Combine(name)).FullName;
        foreach (var (file, content) in files)
            await File.WriteAllBytesAsync(Path.Combine(folder, file), content, Cancellation);
        return (await Client.AddDirectoryAsync(folder, cancellationToken: Cancellation)).Root;
    }

    private async Task<ContentStat?> StatOrNullAsync(Cid cid)
    {
        try
        {
            return await Client.StatAsync(cid, Cancellation);
        }
        catch (ContentNotFoundException)
        {
            return null;
        }
    }

    private async Task<List<DirectoryEntry>> ListAsync(IpfsPath path) => await Client.ListAsync(path, cancellationToken: Cancellation).ToListAsync(Cancellation);

    private async Task<List<RootInfo>> RootsAsync() => await Client.ListRootsAsync(Cancellation).ToListAsync(Cancellation);

    private async Task<List<PinInfo>> PinsAsync(PinMode? mode = null) => await Client.ListPinsAsync(mode, Cancellation).ToListAsync(Cancellation);

    private async Task<byte[]> ReadAsync(IpfsPath path)
    {
        await using var stream = await Client.OpenReadAsync(path, Cancellation);
        return await stream.ReadToEndAsync(Cancellation);
    }

    private async Task<string> ReadTextAsync(IpfsPath path) => Encoding.UTF8.GetString(await ReadAsync(path));

    private sealed class Recorder : IProgress<TransferProgress>
    {
        public TransferProgress Last { get; private set; }

        public void Report(TransferProgress value) => Last = value;
    }
}
