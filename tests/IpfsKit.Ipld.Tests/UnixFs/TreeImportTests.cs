using System.Text;
using CsCheck;
using IpfsKit.Ipld.Tests.UnixFs.Support;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.TestKit;

namespace IpfsKit.Ipld.Tests.UnixFs;

public sealed class TreeImportTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Import_LocalDirectory_HasTheCidThatKuboGives()
    {
        // The recipe of fixtures/gateway/path_gateway_tar: ipfs add -r --cid-version 1, whose files are single raw leaves.
        using var folder = new TemporaryDirectory();
        Write(folder, "rootDir/ą/ę/file-źł.txt", "I am a txt file on path with utf8\n");
        Write(folder, "rootDir/api/file.txt", "I am a txt file in confusing /api dir\n");
        Write(folder, "rootDir/ipfs/file.txt", "I am a txt file in confusing /ipfs dir\n");
        Write(folder, "rootDir/ipns/file.txt", "I am a txt file in confusing /ipns dir\n");
        var sink = new TestSource();
        var result = await new UnixFsTreeImporter(sink).ImportAsync(new LocalDirectorySource(folder.Combine("rootDir")), cancellationToken: Cancellation);
        Assert.Equal("bafybeig6ka5mlwkl4subqhaiatalkcleo4jgnr3hqwvpmsqfca27cijp3i", result.Root.ToString());
        Assert.Equal(10, result.BlockCount);
        Assert.Equal(34 + 38 + 39 + 39, result.FileBytes);
        Assert.Equal((ulong)result.DagBytes, (await UnixFsStat.ReadAsync(sink, result.Root, Cancellation)).DagBytes);
    }

    [Fact]
    public async Task Import_DirectoryWithASymlink_HasTheCidThatKuboGives()
    {
        // The recipe of fixtures/gateway/path_gateway_unixfs/symlink.car: ipfs add -r.
        using var folder = new TemporaryDirectory();
        Write(folder, "foo", "content\n");
        File.CreateSymbolicLink(folder.Combine("bar"), "foo");
        var options = new UnixFsImportOptions { Profile = UnixFsProfile.UnixFsV0_2015 };
        var result = await new UnixFsTreeImporter(new NullSink(), options).ImportAsync(new LocalDirectorySource(folder.Path), cancellationToken: Cancellation);
        Assert.Equal("QmWvY6FaqFMS89YAQ9NAPjVP4WZKA1qbHbicc9HeSKQTgt", result.Root.ToString());
    }

    [Fact]
    public async Task LocalDirectory_Symlinks_AreNeverFollowed()
    {
        using var folder = new TemporaryDirectory();
        Write(folder, "outside/secret", "secret");
        Write(folder, "root/file", "x");
        Directory.CreateSymbolicLink(folder.Combine("root", "dir"), folder.Combine("outside"));
        File.CreateSymbolicLink(folder.Combine("root", "link"), "../outside/secret");
        File.CreateSymbolicLink(folder.Combine("root", "dangling"), "nowhere");
        Directory.CreateSymbolicLink(folder.Combine("root", "self"), ".");
        var entries = await new LocalDirectorySource(folder.Combine("root")).ReadAsync(Cancellation).ToListAsync(Cancellation);
        Assert.Equal(["", "dangling", "dir", "file", "link", "self"], entries.Select(entry => entry.Path));
        Assert.Equal([null, "nowhere", folder.Combine("outside"), null, "../outside/secret", "."], entries.Select(entry => entry.SymlinkTarget));

        // The root itself may be a link.
        Directory.CreateSymbolicLink(folder.Combine("alias"), folder.Combine("root"));
        Assert.Equal(6, await new LocalDirectorySource(folder.Combine("alias")).ReadAsync(Cancellation).CountAsync(Cancellation));
    }

    [Fact]
    public async Task LocalDirectory_Entries_ComeInTheOrderOfTheirBytesWhateverTheSystemSays()
    {
        using var folder = new TemporaryDirectory();
        string[] names = ["b", "B", "a", "é", "Z", "\U0001F600", "\uFFFDz", "a b", "10", "9"];
        foreach (var name in names)
            Write(folder, name, name);
        var entries = await new LocalDirectorySource(folder.Path).ReadAsync(Cancellation).Skip(1).Select(entry => entry.Path).ToListAsync(Cancellation);
        Assert.Equal(names.OrderBy(name => Convert.ToHexString(Encoding.UTF8.GetBytes(name)), StringComparer.Ordinal), entries);
    }

    [Theory]
    [InlineData(false, new[] { "", "a", "a/b" })]
    [InlineData(true, new[] { "", ".hidden", ".hidden/c", "a", "a/.d", "a/b" })]
    public async Task LocalDirectory_HiddenEntries_AreAMatterOfTheOption(bool include, string[] expected)
    {
        using var folder = new TemporaryDirectory();
        Write(folder, "a/b", "b");
        Write(folder, "a/.d", "d");
        Write(folder, ".hidden/c", "c");
        var source = new LocalDirectorySource(folder.Path) { IncludeHidden = include };
        Assert.Equal(expected, await source.ReadAsync(Cancellation).Select(entry => entry.Path).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task LocalDirectory_ModeAndTime_AreRecordedWhereAskedFor()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes.");
            return;
        }

        using var folder = new TemporaryDirectory();
        Write(folder, "root/dir/file", "x");
        File.SetUnixFileMode(folder.Combine("root", "dir", "file"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var time = new DateTime(2020, 2, 3, 4, 5, 6, DateTimeKind.Utc).AddTicks(7);
        File.SetLastWriteTimeUtc(folder.Combine("root", "dir", "file"), time);
        Directory.SetLastWriteTimeUtc(folder.Combine("root", "dir"), time.AddDays(1));
        var source = new LocalDirectorySource(folder.Combine("root")) { PreserveMode = true, PreserveModificationTime = true };
        var sink = new TestSource();
        var result = await new UnixFsTreeImporter(sink).ImportAsync(source, cancellationToken: Cancellation);

        var resolver = new UnixFsResolver(sink);
        var directory = await UnixFsStat.ReadAsync(sink, (await resolver.ResolveAsync(IpfsPath.FromCid(result.Root).Append("dir"), Cancellation)).Cid, Cancellation);
        Assert.Equal(UnixFsTime.FromDateTimeOffset(time.AddDays(1)), directory.ModificationTime);
        Assert.Equal((uint)File.GetUnixFileMode(folder.Combine("root", "dir")), directory.Mode);
        var file = await UnixFsStat.ReadAsync(sink, (await resolver.ResolveAsync(IpfsPath.FromCid(result.Root).Append("dir").Append("file"), Cancellation)).Cid, Cancellation);
        Assert.Equal((0x180u, UnixFsTime.FromDateTimeOffset(time), 700u), (file.Mode, file.ModificationTime, file.ModificationTime!.Value.Nanoseconds));
    }

    [Fact]
    public async Task LocalDirectory_Pipe_IsRefusedInsteadOfWaitedFor()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Only Linux tells what a pipe is.");
        using var folder = new TemporaryDirectory();
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", folder.Combine("pipe")))
            await mkfifo.WaitForExitAsync(Cancellation);
        var exception = await Assert.ThrowsAsync<UnixFsSourceException>(
            () => new UnixFsTreeImporter(new NullSink()).ImportAsync(new LocalDirectorySource(folder.Path), cancellationToken: Cancellation));
        Assert.Equal("pipe", exception.Path);
    }

    [Fact]
    public void LocalDirectory_ThatIsNotThere_IsNamed()
    {
        var exception = Assert.Throws<DirectoryNotFoundException>(() => new LocalDirectorySource("/nowhere/at/all"));
        Assert.Contains("/nowhere/at/all", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_AnyOrderOfEntries_MakesTheSameTree() => await Gen
        .Select(Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 9]).HashSet[0, 60], Gen.Int, Gen.Bool, Gen.Int[1, 4])
        .SampleAsync(
            async (files, seed, concurrent, atOnce) =>
            {
                var paths = files.Select(file => $"{file.Item1}/{file.Item2}/f{file.Item3}").ToArray();
                var sorted = paths.Order(StringComparer.Ordinal).ToArray();
                var shuffled = paths.ToArray();
                new Random(seed).Shuffle(shuffled);
                var expected = await ImportAsync(new UnixFsSource(Entries(sorted).ToAsyncEnumerable(), isDepthFirst: true));
                var options = new UnixFsImportOptions { MaxConcurrentFiles = atOnce };
                Assert.Equal(expected, await ImportAsync(new UnixFsSource(Entries(shuffled).ToAsyncEnumerable(), allowsConcurrentReads: concurrent), options));
                Assert.Equal(expected, await ImportAsync(new UnixFsSource(Entries(sorted).ToAsyncEnumerable(), true, concurrent), options));
            },
            iter: Soak.Count(100, 5000));

    [Fact]
    public async Task Import_Tree_ListsWhatWasGiven()
    {
        var sink = new TestSource();
        var made = new List<UnixFsTreeEntry>();
        UnixFsSourceEntry[] entries =
        [
            UnixFsSourceEntry.Directory("") with { Mode = 0x1c0 },
            UnixFsSourceEntry.Directory("empty"),
            UnixFsSourceEntry.File("a/b/c.txt", new MemoryStream("c"u8.ToArray())),
            UnixFsSourceEntry.Symlink("a/link", "b/c.txt"),
            UnixFsSourceEntry.File("z", new MemoryStream("zz"u8.ToArray())) with { Mode = 0x1a4 },
        ];
        var result = await new UnixFsTreeImporter(sink).ImportAsync(new UnixFsSource(entries), new Recorder(made), Cancellation);
        Assert.Equal(3, result.FileBytes);
        Assert.Equal(new UnixFsTreeEntry("", UnixFsSourceKind.Directory, result.Root, 0, result.DagBytes), made[^1]);
        Assert.Equal(["", "a", "a/b", "a/b/c.txt", "a/link", "empty", "z"], made.Select(entry => entry.Path).Order(StringComparer.Ordinal));
        Assert.True(made.FindIndex(entry => entry.Path == "a/b/c.txt") < made.FindIndex(entry => entry.Path == "a/b"));

        var root = await UnixFsDirectory.OpenAsync(sink, result.Root, cancellationToken: Cancellation);
        Assert.Equal(0x1c0u, root.Mode);
        Assert.Equal(["a", "empty", "z"], await root.ListAsync(Cancellation).Select(entry => entry.Name).ToListAsync(Cancellation));
        Assert.All(made, entry => Assert.True(sink.Contains(entry.Cid)));
        var link = await UnixFsStat.ReadAsync(sink, made.Single(entry => entry.Path == "a/link").Cid, Cancellation);
        Assert.Equal("b/c.txt", link.SymlinkTarget);
    }

    [Fact]
    public async Task Import_ManyEntries_ShardsTheDirectoryAndCountsEveryBlock()
    {
        var sink = new NullSink();
        var entries = Enumerable.Range(0, 6000).Select(i => UnixFsSourceEntry.File($"dir/{i}", new MemoryStream(BitConverter.GetBytes(i))));
        var result = await new UnixFsTreeImporter(sink).ImportAsync(new UnixFsSource(entries), cancellationToken: Cancellation);
        Assert.Equal(24_000, result.FileBytes);
        Assert.True(result.BlockCount > 6000 + 2);
        Assert.Equal(sink.Blocks, result.BlockCount);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("a\0b")]
    public async Task Import_NameThatNoEntryMayHave_IsRefusedByName(string path)
    {
        var exception = await Assert.ThrowsAsync<UnixFsNameException>(() => ImportAsync(new UnixFsSource([UnixFsSourceEntry.File(path, Stream.Null)])));
        Assert.Contains(exception.Name, path, StringComparison.Ordinal);
        Assert.DoesNotContain('\0', exception.Message);
    }

    [Fact]
    public Task Import_NameThatIsNoUnicode_IsRefused() =>
        Assert.ThrowsAsync<UnixFsNameException>(() => ImportAsync(new UnixFsSource([UnixFsSourceEntry.File("a\ud800b", Stream.Null)])));

    [Fact]
    public async Task Import_LongNames_AreRefusedFrom256Bytes()
    {
        await ImportAsync(new UnixFsSource([UnixFsSourceEntry.File(new string('n', 255), Stream.Null)]));
        await Assert.ThrowsAsync<UnixFsNameException>(() => ImportAsync(new UnixFsSource([UnixFsSourceEntry.File(new string('n', 256), Stream.Null)])));
        await Assert.ThrowsAsync<UnixFsNameException>(() => ImportAsync(new UnixFsSource([UnixFsSourceEntry.File(new string('é', 128), Stream.Null)])));
    }

    [Fact]
    public async Task Import_SameNameTwice_IsRefused()
    {
        foreach (var depthFirst in new[] { true, false })
        {
            foreach (UnixFsSourceEntry[] entries in new UnixFsSourceEntry[][]
            {
                [UnixFsSourceEntry.File("a", Stream.Null), UnixFsSourceEntry.File("a", Stream.Null)],
                [UnixFsSourceEntry.File("d/a", Stream.Null), UnixFsSourceEntry.File("d/a/b", Stream.Null)],
                [UnixFsSourceEntry.Symlink("a", "x"), UnixFsSourceEntry.Directory("a")],
            })
            {
                var exception = await Assert.ThrowsAsync<UnixFsNameException>(() => ImportAsync(new UnixFsSource(entries.ToAsyncEnumerable(), depthFirst)));
                Assert.Equal("a", exception.Name);
            }
        }

        await Assert.ThrowsAsync<UnixFsSourceException>(() => ImportAsync(new UnixFsSource([UnixFsSourceEntry.Directory("a"), UnixFsSourceEntry.Directory("a")])));

        // A source that says it is depth first and comes back to a directory.
        var back = Entries("d/a", "e", "d/b").ToAsyncEnumerable();
        await Assert.ThrowsAsync<UnixFsNameException>(() => ImportAsync(new UnixFsSource(back, isDepthFirst: true)));
    }

    [Fact]
    public async Task Import_EntriesThatCannotBe_AreRefusedByPath()
    {
        await Refused(UnixFsSourceEntry.File("", Stream.Null));
        await Refused(new UnixFsSourceEntry { Path = "a", Kind = UnixFsSourceKind.File });
        await Refused(new UnixFsSourceEntry { Path = "a", Kind = UnixFsSourceKind.Symlink });
        await Assert.ThrowsAsync<UnixFsNameException>(() => ImportAsync(new UnixFsSource([UnixFsSourceEntry.Symlink("a", "")])));
        await Assert.ThrowsAsync<UnixFsNameException>(() => ImportAsync(new UnixFsSource([UnixFsSourceEntry.Symlink("a", "b\0")])));
        await Assert.ThrowsAsync<UnixFsNameException>(() => ImportAsync(new UnixFsSource([UnixFsSourceEntry.Symlink("a", new string('x', 4096))])));

        static async Task Refused(UnixFsSourceEntry entry)
        {
            var exception = await Assert.ThrowsAsync<UnixFsSourceException>(() => ImportAsync(new UnixFsSource([entry])));
            Assert.Equal(entry.Path, exception.Path);
        }
    }

    [Fact]
    public async Task Import_LimitsOfDepthAndEntries_AreKept()
    {
        var options = new UnixFsImportOptions { MaxDepth = 3, MaxEntries = 4 };
        await ImportAsync(new UnixFsSource(Entries("a/b/c/d")), options);
        var deep = await Assert.ThrowsAsync<UnixFsSourceException>(() => ImportAsync(new UnixFsSource(Entries("a/b/c/d/e")), options));
        Assert.Contains("deeper than 3", deep.Message, StringComparison.Ordinal);
        var many = await Assert.ThrowsAsync<UnixFsSourceException>(() => ImportAsync(new UnixFsSource(Entries("1", "2", "3", "4", "5")), options));
        Assert.Equal("5", many.Path);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Import_DirectoriesThatOnlyPathsName_CountAsEntries(bool isDepthFirst)
    {
        // Each path names two directories of its own: three entries.
        var paths = Enumerable.Range(0, 10).Select(i => $"{i}/x/file").ToArray();
        await ImportAsync(new UnixFsSource(Entries(paths).ToAsyncEnumerable(), isDepthFirst), new UnixFsImportOptions { MaxEntries = 30 });
        var exception = await Assert.ThrowsAsync<UnixFsSourceException>(
            () => ImportAsync(new UnixFsSource(Entries(paths).ToAsyncEnumerable(), isDepthFirst), new UnixFsImportOptions { MaxEntries = 28 }));
        Assert.Equal("9/x/file", exception.Path);

        // A directory that has an entry of its own is no more than that entry; one that comes after what lies in it neither.
        await ImportAsync(new UnixFsSource(Declared().ToAsyncEnumerable(), isDepthFirst), new UnixFsImportOptions { MaxEntries = 4 });
        await Assert.ThrowsAsync<UnixFsSourceException>(
            () => ImportAsync(new UnixFsSource(Declared().ToAsyncEnumerable(), isDepthFirst), new UnixFsImportOptions { MaxEntries = 3 }));

        UnixFsSourceEntry[] Declared() => isDepthFirst
            ? [UnixFsSourceEntry.Directory(""), UnixFsSourceEntry.Directory("a"), UnixFsSourceEntry.Directory("a/b"), .. Entries("a/b/1", "a/b/2")]
            : [UnixFsSourceEntry.Directory(""), .. Entries("a/b/1"), UnixFsSourceEntry.Directory("a/b"), UnixFsSourceEntry.Directory("a"), .. Entries("a/b/2")];
    }

    [Fact]
    public async Task Import_FileThatFails_StopsTheOthersAndDisposesTheirStreams()
    {
        var streams = new List<WatchedStream>();
        var entries = Enumerable.Range(0, 50).Select(i => UnixFsSourceEntry.File($"{i}", _ =>
        {
            if (i == 20)
                throw new UnauthorizedAccessException("not yours");
            var stream = new WatchedStream();
            lock (streams)
                streams.Add(stream);
            return new ValueTask<Stream>(stream);
        }));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => ImportAsync(new UnixFsSource(entries), new UnixFsImportOptions { MaxConcurrentFiles = 4 }));
        Assert.InRange(streams.Count, 17, 24);
        Assert.All(streams, stream => Assert.True(stream.IsDisposed));
    }

    [Fact]
    public async Task Import_SourceWithoutConcurrentReads_IsReadOneFileAtATime()
    {
        var open = 0;
        var sequence = new List<string>();
        var result = await ImportAsync(new UnixFsSource(Parts(), isDepthFirst: false, allowsConcurrentReads: false));
        Assert.Equal(30, result.FileBytes);
        Assert.Equal(["next 0", "open 0", "next 1", "open 1", "next 2", "open 2"], sequence);

        async IAsyncEnumerable<UnixFsSourceEntry> Parts()
        {
            for (var i = 0; i < 3; i++)
            {
                await Task.Yield();
                Assert.Equal(0, open);
                sequence.Add($"next {i}");
                var name = $"{i}";
                yield return UnixFsSourceEntry.File(name, _ =>
                {
                    sequence.Add($"open {name}");
                    open++;
                    return new ValueTask<Stream>(new WatchedStream { OnDispose = () => open-- });
                });
            }
        }
    }

    [Fact]
    public async Task Import_Cancelled_Ends()
    {
        using var stop = new CancellationTokenSource();
        var entries = Enumerable.Range(0, 1000).Select(i =>
        {
            if (i == 100)
                stop.Cancel();
            return UnixFsSourceEntry.File($"{i}", new MemoryStream([1]));
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new UnixFsTreeImporter(new NullSink()).ImportAsync(new UnixFsSource(entries), cancellationToken: stop.Token));
    }

    private static IEnumerable<UnixFsSourceEntry> Entries(params string[] paths) =>
        paths.Select(path => UnixFsSourceEntry.File(path, new MemoryStream(Encoding.UTF8.GetBytes(path))));

    private static Task<UnixFsImportResult> ImportAsync(IUnixFsSource source, UnixFsImportOptions? options = null) =>
        new UnixFsTreeImporter(new NullSink(), options).ImportAsync(source, cancellationToken: Cancellation);

    private static void Write(TemporaryDirectory folder, string path, string content)
    {
        var full = folder.Combine(path.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }

    private sealed class Recorder(List<UnixFsTreeEntry> made) : IProgress<UnixFsTreeEntry>
    {
        public void Report(UnixFsTreeEntry value) => made.Add(value);
    }

    private sealed class WatchedStream() : MemoryStream(new byte[10])
    {
        public bool IsDisposed { get; private set; }

        public Action? OnDispose { get; init; }

        protected override void Dispose(bool disposing)
        {
            if (!IsDisposed)
                OnDispose?.Invoke();
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
