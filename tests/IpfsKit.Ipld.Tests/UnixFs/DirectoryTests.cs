using System.Buffers;
using CsCheck;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Ipld.Tests.UnixFs.Support;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Ipld.Tests.UnixFs;

public sealed class DirectoryTests
{
    private static readonly Cid Target = Cid.Parse("bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4");
    private static readonly Cid Other = Cid.Parse("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a", "a", "b")]
    [InlineData("a", "b", "a")]
    [InlineData("b", "a", "b")]
    [InlineData("b", "a", "a")]
    [InlineData("c", "b", "a", "c", "a")]
    public async Task List_NameThatIsThereTwice_ComesTheFirstTime(params string[] names)
    {
        var source = new TestSource();
        var links = names.Select((name, i) => (name, names.Index().First(other => other.Item == name).Index == i ? Target : Other));
        var directory = await UnixFsDirectory.OpenAsync(source, Put(source, [.. links]), cancellationToken: Cancellation);
        var listed = await directory.ListAsync(Cancellation).ToListAsync(Cancellation);
        Assert.Equal(names.Distinct(), listed.Select(entry => entry.Name));
        Assert.All(listed, entry => Assert.Equal(Target, entry.Cid));
        foreach (var name in names)
            Assert.Equal(Target, (await directory.FindAsync(name, Cancellation))!.Value.Cid);
    }

    [Fact]
    public async Task List_LinkWithoutNameOrSize_IsGivenAsItIs()
    {
        var source = new TestSource();
        var output = new ArrayBufferWriter<byte>();
        DagPbCodec.EncodeNode(new DagPbNode(new UnixFsData { Type = UnixFsType.Directory }.Encode(), [new DagPbLink(Target, null, null)]), output);
        var directory = await UnixFsDirectory.OpenAsync(source, source.PutDagPb(output.WrittenSpan.ToArray()), cancellationToken: Cancellation);
        Assert.Equal([new UnixFsEntry("", Target, null)], await directory.ListAsync(Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Open_AnythingElse_IsNoDirectory()
    {
        var source = new TestSource();
        var file = source.PutDagPb(FileReadTests.Node(new UnixFsData { Type = UnixFsType.File, FileSize = 0 }));
        var exception = await Assert.ThrowsAsync<UnixFsTypeException>(async () => await UnixFsDirectory.OpenAsync(source, file, cancellationToken: Cancellation));
        Assert.Equal((file, "a directory", "a file"), (exception.Cid, exception.Expected, exception.Actual));
        var metadata = source.PutDagPb(FileReadTests.Node(new UnixFsData { Type = UnixFsType.Metadata }));
        await Assert.ThrowsAsync<UnixFsTypeException>(async () => await UnixFsDirectory.OpenAsync(source, metadata, cancellationToken: Cancellation));
        await Assert.ThrowsAsync<UnixFsTypeException>(async () => await UnixFsFile.OpenAsync(source, metadata, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task EstimatedBytes_AnyEntriesAndMetadata_AreTheSizeOfTheBlock() => await Gen
        .Select(
            Gen.Select(Gen.String[Gen.Char['a', 'z'], 1, 200], Gen.ULong, Gen.Bool).Array[0, 50],
            Gen.UInt.Nullable(),
            Gen.Select(Gen.Long, Gen.UInt[0, 999_999_999], (seconds, fraction) => new UnixFsTime(seconds, fraction)).Nullable())
        .SampleAsync(
            async (entries, mode, time) =>
            {
                var v0 = Cid.Parse("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");
                var builder = new UnixFsDirectoryBuilder { Mode = mode, ModificationTime = time };
                foreach (var (name, dagBytes, old) in entries.DistinctBy(entry => entry.Item1))
                    builder.Add(name, old ? v0 : Target, dagBytes);
                var sink = new TestSource();
                await using var writer = new BlockBatchWriter(sink);
                await builder.BuildAsync(writer);
                await writer.FlushAsync();
                Assert.Equal(sink[sink.Cids.Single()].Length, builder.EstimatedBytes);
            },
            iter: Soak.Count(300, 50_000));

    [Fact]
    public async Task Build_NamesBeyondTheBasicPlane_AreInTheOrderOfTheirBytes()
    {
        string[] names = ["\U0001F600", "\uFF5E", "z", "\uD7FF", "é"];
        var builder = new UnixFsDirectoryBuilder();
        foreach (var name in names)
            builder.Add(name, Target, 1);
        var sink = new TestSource();
        await using var writer = new BlockBatchWriter(sink);
        var (root, _) = await builder.BuildAsync(writer, Cancellation);
        await writer.FlushAsync(Cancellation);
        Assert.Equal(
            names.OrderBy(name => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(name)), StringComparer.Ordinal),
            DagPbCodec.DecodeNode(sink[root]).Links.Select(link => link.Name));
    }

    [Fact]
    public async Task Build_NamesOfOneHash_CannotBeShardedAndAreNamed()
    {
        var (first, second) = (MurmurCollision.Find(0x0123456789abcdef, 1), MurmurCollision.Find(0x0123456789abcdef, 2));
        Assert.NotEqual(first, second);
        var builder = new UnixFsDirectoryBuilder(UnixFsProfile.UnixFsV1_2025 with { HamtThresholdBytes = 0 });
        builder.Add(first, Target, 1);
        builder.Add(second, Target, 1);
        await using var writer = new BlockBatchWriter(new NullSink());
        var exception = await Assert.ThrowsAsync<UnixFsException>(async () => await builder.BuildAsync(writer, Cancellation));
        Assert.Contains(first, exception.Message, StringComparison.Ordinal);
        Assert.Contains(second, exception.Message, StringComparison.Ordinal);
    }

    private static Cid Put(TestSource source, (string Name, Cid Cid)[] links)
    {
        var output = new ArrayBufferWriter<byte>();
        var data = new UnixFsData { Type = UnixFsType.Directory };
        DagPbCodec.EncodeNode(new DagPbNode(data.Encode(), [.. links.Select(link => new DagPbLink(link.Cid, link.Name, 1))]), output);
        return source.PutDagPb(output.WrittenSpan.ToArray());
    }
}
