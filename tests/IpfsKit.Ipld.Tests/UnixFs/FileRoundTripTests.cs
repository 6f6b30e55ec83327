using CsCheck;
using IpfsKit.Ipld.Tests.UnixFs.Support;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Ipld.Tests.UnixFs;

public sealed class FileRoundTripTests
{
    private static readonly UnixFsProfile TinyRaw = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = 4, LinksPerNode = 3 };
    private static readonly UnixFsProfile TinyWrapped = UnixFsProfile.UnixFsV0_2015 with { ChunkBytes = 4, LinksPerNode = 3 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<bool, bool> Forms => new() { { true, false }, { true, true }, { false, false }, { false, true } };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Import_EverySizeAroundEveryBoundary_ReadsBack(bool raw, bool metadata)
    {
        // 4 bytes a chunk, 3 links a node: nodes fill at 12, 36 and 108 bytes.
        for (var length = 0; length <= 120; length++)
        {
            var content = Bytes(length);
            var (source, result) = await ImportAsync(content, raw ? TinyRaw : TinyWrapped, metadata);
            Assert.Equal(length, result.FileBytes);
            using var file = await UnixFsFile.OpenAsync(source, result.Root, cancellationToken: Cancellation);
            Assert.Equal(length, file.Length);
            Assert.Equal(metadata ? 0x1a4u : null, file.Mode);
            Assert.Equal(metadata ? new UnixFsTime(-5, 7) : null, file.ModificationTime);
            var output = new MemoryStream();
            await file.CopyToAsync(output, Cancellation);
            Assert.Equal(content, output.ToArray());

            var stat = await UnixFsStat.ReadAsync(source, result.Root, Cancellation);
            Assert.Equal((ulong)result.DagBytes, stat.DagBytes);
            Assert.Equal(result.DagBytes, await WalkAsync(source, result.Root));
        }
    }

    [Theory]
    [InlineData(true, 1, 1)]
    [InlineData(true, 4, 1)]
    [InlineData(true, 5, 3)]
    [InlineData(true, 12, 4)]
    [InlineData(true, 13, 7)]
    [InlineData(true, 36, 13)]
    [InlineData(true, 37, 17)]
    [InlineData(false, 13, 7)]
    public async Task Import_Layout_HasAllLeavesAtOneDepth(bool raw, int length, int blocks)
    {
        var (source, result) = await ImportAsync(Bytes(length), raw ? TinyRaw : TinyWrapped);
        Assert.Equal(blocks, result.BlockCount);
        Assert.Equal(raw && length <= 4 ? Multicodec.Raw : Multicodec.DagPb, result.Root.Codec);
        Assert.Equal(raw ? 1 : 0, result.Root.Version);
        var depths = new HashSet<int>();
        await DepthsAsync(source, result.Root, 0, depths);
        Assert.Single(depths);
    }

    [Fact]
    public async Task Read_RandomRanges_EqualSlices() => await Gen
        .Select(Gen.Int[0, 200], Gen.Int[1, 9], Gen.Int[2, 5], Gen.Bool, Gen.Int[-250, 250], Gen.Int[-250, 250].Nullable(), Gen.Int[0, 5])
        .SampleAsync(
            async (length, chunk, width, raw, from, to, readAhead) =>
            {
                var content = Bytes(length);
                var (source, result) = await ImportAsync(content, (raw ? TinyRaw : TinyWrapped) with { ChunkBytes = chunk, LinksPerNode = width });
                using var file = await UnixFsFile.OpenAsync(source, result.Root, new UnixFsReadOptions { ReadAheadBlocks = readAhead });
                var range = new EntityBytes(from, to);
                var (start, end) = range.Resolve(length);
                var output = new MemoryStream();
                await file.CopyToAsync(output, range);
                Assert.Equal(content[(int)start..(int)end], output.ToArray());
            },
            iter: Soak.Count(500, 100_000));

    [Fact]
    public async Task ReadStream_RandomSeeksAndReads_EqualMemoryStream() => await Gen
        .Select(Gen.Int[0, 200], Gen.Select(Gen.Int[0, 2], Gen.Int[-20, 220], Gen.Int[0, 40]).Array[1, 30], Gen.Int[0, 5])
        .SampleAsync(
            async (length, steps, readAhead) =>
            {
                var content = Bytes(length);
                var (source, result) = await ImportAsync(content, TinyRaw);
                await using var actual = await UnixFsReadStream.OpenAsync(source, result.Root, new UnixFsReadOptions { ReadAheadBlocks = readAhead });
                var expected = new MemoryStream(content);
                Assert.Equal(expected.Length, actual.Length);
                foreach (var (kind, offset, count) in steps)
                {
                    if (kind == 0 && offset >= 0)
                    {
                        actual.Position = offset;
                        expected.Position = offset;
                    }
                    else if (kind == 1 && expected.Position + offset >= 0)
                    {
                        Assert.Equal(expected.Seek(offset, SeekOrigin.Current), actual.Seek(offset, SeekOrigin.Current));
                    }

                    var wanted = new byte[count];
                    var got = new byte[count];
                    Assert.Equal(await expected.ReadAtLeastAsync(wanted, count, false), await actual.ReadAtLeastAsync(got, count, false));
                    Assert.Equal(wanted, got);
                    Assert.Equal(expected.Position, actual.Position);
                }
            },
            iter: Soak.Count(300, 50_000));

    [Fact]
    public async Task ReadStream_StreamContract_IsKept()
    {
        var (source, result) = await ImportAsync(Bytes(50), TinyRaw);
        var stream = await UnixFsReadStream.OpenAsync(source, result.Root, cancellationToken: Cancellation);
        Assert.True(stream is { CanRead: true, CanSeek: true, CanWrite: false, Length: 50 });
        Assert.Equal(result.Root, stream.Cid);
        Assert.Throws<IOException>(() => stream.Seek(-1, SeekOrigin.Begin));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Position = -1);
        Assert.Throws<NotSupportedException>(() => stream.SetLength(1));
        Assert.Throws<NotSupportedException>(() => stream.Write([1]));

        // Past the end there is nothing, and nobody is asked for it.
        source.Asked.Clear();
        Assert.Equal(55, stream.Seek(5, SeekOrigin.End));
        Assert.Equal(0, await stream.ReadAsync(new byte[10], Cancellation));
        Assert.Equal(0, stream.Read(new byte[10]));
        Assert.Empty(source.Asked);

        // Synchronous reads give the same bytes.
        stream.Position = 3;
        var rest = new byte[47];
        stream.ReadExactly(rest);
        Assert.Equal(Bytes(50)[3..], rest);
        stream.Position = 10;
        var copy = new MemoryStream();
        stream.CopyTo(copy);
        Assert.Equal(Bytes(50)[10..], copy.ToArray());

        await stream.DisposeAsync();
        await stream.DisposeAsync();
        Assert.False(stream.CanRead);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stream.ReadExactlyAsync(new byte[1], Cancellation));
        Assert.Throws<ObjectDisposedException>(() => stream.Length);
    }

    [Fact]
    public async Task ReadStream_CancelledOrFailedRead_CanBeRepeated()
    {
        var (source, result) = await ImportAsync(Bytes(50), TinyRaw);
        await using var stream = await UnixFsReadStream.OpenAsync(source, result.Root, cancellationToken: Cancellation);
        using var stop = new CancellationTokenSource();
        source.BeforeGet = async (_, token) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.ReadExactlyAsync(new byte[10], stop.Token));

        source.BeforeGet = (_, _) => throw new InvalidOperationException("no network");
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await stream.ReadExactlyAsync(new byte[10], Cancellation));

        source.BeforeGet = null;
        var all = new byte[50];
        await stream.ReadExactlyAsync(all, Cancellation);
        Assert.Equal(Bytes(50), all);
    }

    [Fact]
    public async Task File_DisposedWhileAStreamIsOpen_LeavesTheStreamWhole()
    {
        var (source, result) = await ImportAsync(Bytes(3), TinyRaw);
        var file = await UnixFsFile.OpenAsync(source, result.Root, cancellationToken: Cancellation);
        await using var stream = file.OpenRead();
        file.Dispose();
        var all = new byte[3];
        await stream.ReadExactlyAsync(all, Cancellation);
        Assert.Equal(Bytes(3), all);
    }

    [Fact]
    public async Task Import_StreamThatReadsOddAmounts_MakesTheSameChunks()
    {
        var content = Bytes(100_000);
        var profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = 1000 };
        var (_, whole) = await ImportAsync(content, profile);
        var (_, odd) = await ImportAsync(new OddStream(content), profile);
        Assert.Equal(whole, odd);
    }

    private static Task<(TestSource Source, UnixFsImportResult Result)> ImportAsync(byte[] content, UnixFsProfile profile, bool metadata = false) =>
        ImportAsync(new MemoryStream(content), profile, metadata);

    private static async Task<(TestSource Source, UnixFsImportResult Result)> ImportAsync(Stream content, UnixFsProfile profile, bool metadata = false)
    {
        var source = new TestSource();
        var importer = new UnixFsImporter(source, new UnixFsImportOptions { Profile = profile });
        return (source, await importer.ImportFileAsync(content, metadata ? 0x1a4 : null, metadata ? new UnixFsTime(-5, 7) : null));
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    // The bytes of all blocks, counted as often as they are linked.
    private static async Task<long> WalkAsync(TestSource source, Cid root)
    {
        var bytes = 0L;
        await foreach (var block in EntityBlocks.EnumerateAsync(source, root, EntityBytes.All, cancellationToken: Cancellation))
        {
            bytes += block.Size;
            block.Dispose();
        }

        return bytes;
    }

    private static async Task DepthsAsync(TestSource source, Cid cid, int depth, HashSet<int> leaves)
    {
        using var block = await source.GetRequiredAsync(cid, Cancellation);
        var links = new List<Cid>();
        IpfsKit.Ipld.Codecs.IpldCodecs.Default.ReadLinks(block, links);
        if (links.Count == 0)
            leaves.Add(depth);
        foreach (var link in links)
            await DepthsAsync(source, link, depth + 1, leaves);
    }

    private sealed class OddStream(byte[] content) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 + (int)(Position % 97))], cancellationToken);
    }
}
