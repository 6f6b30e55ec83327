using System.Buffers;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Ipld.Tests.UnixFs.Support;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Tests.UnixFs;

public sealed class FileReadTests
{
    private static readonly UnixFsProfile Tiny = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = 10, LinksPerNode = 4 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0L, 9L, 0, 4)]
    [InlineData(0L, 9L, 8, 4)]
    [InlineData(55L, 55L, 8, 4)]
    [InlineData(9L, 10L, 8, 5)]
    [InlineData(39L, 40L, 8, 6)]
    [InlineData(159L, 160L, 8, 7)]
    [InlineData(0L, null, 8, 40 + 10 + 3 + 1)]
    [InlineData(400L, null, 8, 1)]
    public async Task Read_Range_TakesTheBlocksThatHoldItAndNoOthers(long from, long? to, int readAhead, int blocks)
    {
        // 400 bytes: 40 leaves, 10 nodes of 4, 3 nodes of 4, 4 and 2, a root.
        var (source, root) = await ImportAsync(400);
        using var file = await UnixFsFile.OpenAsync(source, root, new UnixFsReadOptions { ReadAheadBlocks = readAhead }, Cancellation);
        await file.CopyToAsync(Stream.Null, new EntityBytes(from, to), Cancellation);
        Assert.Equal(blocks, source.Asked.Count);
        Assert.Equal(blocks, source.Asked.Distinct().Count());
    }

    [Fact]
    public async Task ReadStream_OneSmallRead_TakesOnePath()
    {
        var (source, root) = await ImportAsync(400);
        await using var stream = await UnixFsReadStream.OpenAsync(source, root, new UnixFsReadOptions { ReadAheadBlocks = 8 }, Cancellation);
        stream.Position = 225;
        Assert.Equal(5, await stream.ReadAsync(new byte[100], Cancellation));

        // The root, two nodes and the leaf, and what the walk asked for while it went down: at most as many again.
        Assert.InRange(source.Asked.Distinct().Count(), 4, 8);
    }

    [Fact]
    public async Task ReadStream_InOrder_AsksForEachBlockOnce()
    {
        var (source, root) = await ImportAsync(400);
        await using var stream = await UnixFsReadStream.OpenAsync(source, root, cancellationToken: Cancellation);
        var buffer = new byte[7];
        while (await stream.ReadAsync(buffer, Cancellation) > 0)
        {
        }

        Assert.Equal(54, source.Asked.Count);
    }

    [Fact]
    public async Task Read_WithReadAhead_KeepsThatManyBlocksUnderWay()
    {
        var (source, root) = await ImportAsync(400);
        using var file = await UnixFsFile.OpenAsync(source, root, new UnixFsReadOptions { ReadAheadBlocks = 3 }, Cancellation);
        var (underWay, most) = (0, 0);
        source.BeforeGet = async (_, token) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref underWay));
            await Task.Delay(1, token);
            Interlocked.Decrement(ref underWay);
        };
        await file.CopyToAsync(Stream.Null, Cancellation);
        Assert.InRange(most, 3, 7);
    }

    [Fact]
    public async Task Read_LeftEarly_WaitsForWhatItAskedFor()
    {
        var (source, root) = await ImportAsync(400);
        using var file = await UnixFsFile.OpenAsync(source, root, new UnixFsReadOptions { ReadAheadBlocks = 8 }, Cancellation);
        var underWay = 0;
        source.BeforeGet = async (_, _) =>
        {
            Interlocked.Increment(ref underWay);
            await Task.Yield();
            Interlocked.Decrement(ref underWay);
        };
        await foreach (var piece in file.ReadAsync(EntityBytes.All, Cancellation))
        {
            Assert.Equal(10, piece.Length);
            break;
        }

        Assert.Equal(0, underWay);
    }

    [Fact]
    public async Task Read_TrickleDag_IsWhole()
    {
        // Data inside interior nodes, children of unlike sizes and depths, leaves of the deprecated type, block sizes packed.
        var source = new TestSource();
        var leaf = source.PutDagPb(Node(new UnixFsData { Type = UnixFsType.Raw, Data = "cde"u8.ToArray(), FileSize = 3 }));
        var raw = Block.Create(Multicodec.Raw, "gh"u8.ToArray());
        source.Put(raw.Cid, raw.Data.ToArray());
        var inner = source.PutDagPb(Node(new UnixFsData { Type = UnixFsType.File, Data = "f"u8.ToArray(), FileSize = 3, BlockSizes = [2] }, raw.Cid));
        var root = source.PutDagPb(Node(new UnixFsData { Type = UnixFsType.File, Data = "ab"u8.ToArray(), FileSize = 8, BlockSizes = [3, 3] }, leaf, inner));
        using var file = await UnixFsFile.OpenAsync(source, root, cancellationToken: Cancellation);
        for (var from = 0; from <= 8; from++)
        {
            for (var to = from; to < 8; to++)
            {
                var output = new MemoryStream();
                await file.CopyToAsync(output, new EntityBytes(from, to), Cancellation);
                Assert.Equal("abcdefgh"[from..(to + 1)], System.Text.Encoding.ASCII.GetString(output.ToArray()));
            }
        }
    }

    [Theory]
    [InlineData(8UL, new ulong[] { 3 }, "2 links and 1 block sizes")]
    [InlineData(9UL, new ulong[] { 3, 3 }, "the file size is 9; data and block sizes make 8")]
    [InlineData(null, new ulong[] { 3, 3 }, "the file size is 0; data and block sizes make 8")]
    [InlineData(8UL, new ulong[] { ulong.MaxValue, 3 }, "exceed 2^63")]
    [InlineData(8UL, new ulong[] { long.MaxValue, long.MaxValue }, "exceed 2^63")]
    public async Task Open_RootWhoseSizesDisagree_IsRefusedWithItsCid(ulong? fileSize, ulong[] blockSizes, string reason)
    {
        var source = new TestSource();
        var leaf = source.PutDagPb(Node(new UnixFsData { Type = UnixFsType.File, Data = "cde"u8.ToArray(), FileSize = 3 }));
        var root = source.PutDagPb(Node(new UnixFsData { Type = UnixFsType.File, Data = "ab"u8.ToArray(), FileSize = fileSize, BlockSizes = blockSizes }, leaf, leaf));
        var exception = await Assert.ThrowsAsync<UnixFsException>(async () => await UnixFsFile.OpenAsync(source, root, cancellationToken: Cancellation));
        Assert.Equal(root, exception.Cid);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<UnixFsException>(async () => await UnixFsStat.ReadAsync(source, root, Cancellation));
    }

    [Theory]
    [InlineData(2UL)]
    [InlineData(4UL)]
    public async Task Read_ChildOfAnotherSizeThanItsParentSays_IsRefusedBeforeItsBytes(ulong claimed)
    {
        foreach (var raw in new[] { true, false })
        {
            var source = new TestSource();
            Cid leaf;
            if (raw)
            {
                var block = Block.Create(Multicodec.Raw, "cde"u8.ToArray());
                source.Put(leaf = block.Cid, block.Data.ToArray());
            }
            else
            {
                leaf = source.PutDagPb(Node(new UnixFsData { Type = UnixFsType.File, Data = "cde"u8.ToArray(), FileSize = 3 }));
            }

            var root = source.PutDagPb(Node(new UnixFsData { Type = UnixFsType.File, FileSize = claimed, BlockSizes = [claimed] }, leaf));
            using var file = await UnixFsFile.OpenAsync(source, root, cancellationToken: Cancellation);
            var output = new MemoryStream();
            var exception = await Assert.ThrowsAsync<UnixFsException>(() => file.CopyToAsync(output, Cancellation));
            Assert.Equal(leaf, exception.Cid);
            Assert.Contains($"the node above says {claimed}", exception.Message, StringComparison.Ordinal);
            Assert.Equal(0, output.Length);
        }
    }

    [Fact]
    public async Task Open_NamedLinkInsideAFile_IsRefused()
    {
        var source = new TestSource();
        var leaf = source.PutDagPb(Node(new UnixFsData { Type = UnixFsType.File, Data = "cde"u8.ToArray(), FileSize = 3 }));
        var output = new ArrayBufferWriter<byte>();
        var data = new UnixFsData { Type = UnixFsType.File, FileSize = 3, BlockSizes = [3] };
        DagPbCodec.EncodeNode(new DagPbNode(data.Encode(), [new DagPbLink(leaf, "x", 3)]), output);
        var root = source.PutDagPb(output.WrittenSpan.ToArray());
        var exception = await Assert.ThrowsAsync<UnixFsException>(async () => await UnixFsFile.OpenAsync(source, root, cancellationToken: Cancellation));
        Assert.Contains("the name 'x'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_DirectoryInsideAFile_IsRefused()
    {
        var source = new TestSource();
        var directory = source.PutDagPb(Node(new UnixFsData { Type = UnixFsType.Directory }));
        var root = source.PutDagPb(Node(new UnixFsData { Type = UnixFsType.File, FileSize = 3, BlockSizes = [3] }, directory));
        using var file = await UnixFsFile.OpenAsync(source, root, cancellationToken: Cancellation);
        var exception = await Assert.ThrowsAsync<UnixFsTypeException>(() => file.CopyToAsync(Stream.Null, Cancellation));
        Assert.Equal(directory, exception.Cid);
    }

    [Fact]
    public async Task Read_FileThatContainsItself_EndsAtTheDepthLimit()
    {
        // Only bytes that do not match their CIDs can do this: a source that lies.
        var source = new TestSource();
        var self = Cid.CreateV1(Multicodec.DagPb, MultihashAlgorithm.Compute(Multicodec.Sha2_256, "self"u8));
        source.Put(self, Node(new UnixFsData { Type = UnixFsType.File, FileSize = 5, BlockSizes = [5] }, self));
        using var file = await UnixFsFile.OpenAsync(source, self, new UnixFsReadOptions { MaxDepth = 40 }, Cancellation);
        var exception = await Assert.ThrowsAsync<TraversalLimitException>(() => file.CopyToAsync(Stream.Null, Cancellation));
        Assert.Equal(("MaxDepth", 40L, self), (exception.Limit, exception.Value, exception.Root));
    }

    [Fact]
    public async Task Blocks_EmptyNodesWithoutEnd_EndAtTheBlockLimit()
    {
        // Sixty levels of two links each to a file of no bytes: 2^60 paths.
        var source = new TestSource();
        var cid = source.PutDagPb(Node(new UnixFsData { Type = UnixFsType.File, FileSize = 0 }));
        for (var i = 0; i < 60; i++)
            cid = source.PutDagPb(Node(new UnixFsData { Type = UnixFsType.File, FileSize = 0, BlockSizes = [0, 0] }, cid, cid));
        using var file = await UnixFsFile.OpenAsync(source, cid, new UnixFsReadOptions { MaxBlocks = 1000 }, Cancellation);
        await file.CopyToAsync(Stream.Null, Cancellation);
        Assert.Single(source.Asked);
        var exception = await Assert.ThrowsAsync<TraversalLimitException>(async () =>
        {
            await foreach (var block in file.BlocksAsync(EntityBytes.All, Cancellation))
                block.Dispose();
        });
        Assert.Equal(("MaxBlocks", 1000L), (exception.Limit, exception.Value));
    }

    [Fact]
    public async Task Read_MoreLinksToFollowThanTheLimit_GivesUpAndLetsGoOfTheBlocks()
    {
        // Ten levels of a hundred links: 99 more wait on each level that is gone down.
        var source = new TestSource();
        var cid = source.PutDagPb(Node(new UnixFsData { Type = UnixFsType.File, Data = "x"u8.ToArray(), FileSize = 1 }));
        var size = 1UL;
        for (var i = 0; i < 9; i++)
        {
            cid = source.PutDagPb(Node(
                new UnixFsData { Type = UnixFsType.File, FileSize = size * 100, BlockSizes = [.. Enumerable.Repeat(size, 100)] },
                [.. Enumerable.Repeat(cid, 100)]));
            size *= 100;
        }

        using var narrow = await UnixFsFile.OpenAsync(source, cid, new UnixFsReadOptions { MaxPendingLinks = 500 }, Cancellation);
        var exception = await Assert.ThrowsAsync<TraversalLimitException>(() => narrow.CopyToAsync(Stream.Null, Cancellation));
        Assert.Equal(("MaxPendingLinks", 500L, cid), (exception.Limit, exception.Value, exception.Root));
        await Assert.ThrowsAsync<TraversalLimitException>(async () => await narrow.BlocksAsync(EntityBytes.All, Cancellation).CountAsync(Cancellation));

        // Only links that the range needs are held.
        await narrow.CopyToAsync(Stream.Null, new EntityBytes(0, 0), Cancellation);
        using var wide = await UnixFsFile.OpenAsync(source, cid, new UnixFsReadOptions { MaxPendingLinks = 1000 }, Cancellation);
        Assert.Equal(100, await wide.ReadAsync(EntityBytes.All, Cancellation).Take(100).CountAsync(Cancellation));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await UnixFsFile.OpenAsync(source, cid, new UnixFsReadOptions { MaxPendingLinks = 0 }, Cancellation));
        Assert.Equal(1 << 20, UnixFsReadOptions.Default.MaxPendingLinks);
    }

    [Theory]
    [InlineData(Multicodec.DagCbor)]
    [InlineData(Multicodec.Libp2pKey)]
    public async Task Open_OtherCodec_IsRefusedWithItsName(Multicodec codec)
    {
        var source = new TestSource();
        var cid = Cid.CreateV1(codec, MultihashAlgorithm.Compute(Multicodec.Sha2_256, "x"u8));
        source.Put(cid, "x"u8.ToArray());
        var exception = await Assert.ThrowsAsync<UnixFsException>(async () => await UnixFsFile.OpenAsync(source, cid, cancellationToken: Cancellation));
        Assert.Contains(codec.ToString(), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_AbsentBlock_NamesIt()
    {
        var cid = Cid.Parse("bafybeigcisqd7m5nf3qmuvjdbakl5bdnh4ocrmacaqkpuh77qjvggmt2sa");
        var exception = await Assert.ThrowsAsync<BlockNotFoundException>(async () => await UnixFsFile.OpenAsync(new TestSource(), cid, cancellationToken: Cancellation));
        Assert.Equal(cid, exception.Cid);
    }

    [Fact]
    public async Task Open_MalformedDagPb_IsAUnixFsException()
    {
        var source = new TestSource();
        var root = source.PutDagPb([0xff, 0xff]);
        var exception = await Assert.ThrowsAsync<UnixFsException>(async () => await UnixFsFile.OpenAsync(source, root, cancellationToken: Cancellation));
        Assert.Equal(root, exception.Cid);
        Assert.IsType<CodecException>(exception.InnerException);
    }

    internal static byte[] Node(UnixFsData data, params Cid[] links)
    {
        var output = new ArrayBufferWriter<byte>();
        DagPbCodec.EncodeNode(new DagPbNode(data.Encode(), [.. links.Select(link => new DagPbLink(link, "", 1))]), output);
        return output.WrittenSpan.ToArray();
    }

    private static async Task<(TestSource Source, Cid Root)> ImportAsync(int length)
    {
        var content = new byte[length];
        new Random(1).NextBytes(content);
        var source = new TestSource();
        var result = await new UnixFsImporter(source, new UnixFsImportOptions { Profile = Tiny }).ImportFileAsync(new MemoryStream(content));
        return (source, result.Root);
    }
}
