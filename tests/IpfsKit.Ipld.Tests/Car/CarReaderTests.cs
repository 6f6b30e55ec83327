using CsCheck;
using IpfsKit.Ipld.Car;
using IpfsKit.Ipld.Tests.Codecs;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Ipld.Tests.Car;

public sealed class CarReaderTests
{
    private static readonly Block Hello = Block.Create(Multicodec.Raw, "hello"u8.ToArray());
    private static readonly Cid Empty = Cid.Parse("bafkqaaa");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Read_BytesInAnyPortions_GiveTheSameBlocks(int step)
    {
        Block[] blocks = [Hello, TestBlocks.Raw(1, 0), TestBlocks.Raw(2, 70_000), TestBlocks.Raw(3, 1), Hello];
        var stream = new TrickleStream(CarBytes.V1([Hello.Cid, Empty], blocks), step);
        var (roots, read) = await CarBytes.ReadAsync(stream);
        Assert.Equal([Hello.Cid, Empty], roots);
        Assert.Equal(blocks.Select(b => b.Cid), read.Select(b => b.Cid));
        Assert.All(blocks.Zip(read), pair => Assert.Equal(pair.First.Data.ToArray(), pair.Second.Data));
        Assert.True(stream.IsDisposed);
    }

    [Fact]
    public async Task Read_BlockThatIsThere_DoesNotWaitForTheNext()
    {
        var car = CarBytes.V1([], [Hello]);
        var pipe = new System.IO.Pipelines.Pipe();
        await pipe.Writer.WriteAsync(car, Cancellation);
        await using var reader = await CarReader.OpenAsync(pipe.Reader.AsStream(), null, Cancellation);
        using (var block = await reader.ReadBlockAsync(Cancellation))
            Assert.Equal(Hello.Cid, block!.Cid);
        var next = reader.ReadBlockAsync(Cancellation).AsTask();
        Assert.False(next.IsCompleted);
        await pipe.Writer.CompleteAsync();
        Assert.Null(await next);
    }

    [Fact]
    public async Task Read_Truncated_NamesWhereAtEveryByte()
    {
        var header = CarBytes.Header(Hello.Cid);
        byte[] car = [.. header, .. CarBytes.Section(Hello), .. CarBytes.Section(TestBlocks.Raw(1, 200))];
        var ends = new HashSet<int> { header.Length, header.Length + CarBytes.Section(Hello).Length };
        for (var length = 0; length < car.Length; length++)
        {
            if (ends.Contains(length))
                continue;
            var thrown = await Assert.ThrowsAsync<CarFormatException>(() => CarBytes.ReadAsync(car[..length]));
            Assert.InRange(thrown.Offset, 0, length);
            Assert.Contains("ends", thrown.Reason, StringComparison.Ordinal);
            Assert.Contains($"byte {thrown.Offset}", thrown.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("00", "header has 0 bytes")]
    [InlineData("ffffffffffffffff7f", "header has 9223372036854775807 bytes")]
    [InlineData("ffffffffffffffffff01", "shortest form")]
    [InlineData("8100", "shortest form")]
    [InlineData("01 ff", "not dag-cbor")]
    [InlineData("01 80", "not a map with a version")]
    [InlineData("01 a0", "not a map with a version")]
    [InlineData("0a a1 67 76657273696f6e 01", "no roots")]
    [InlineData("0a a1 67 76657273696f6e 03", "version 3 is not supported")]
    [InlineData("0a a1 67 76657273696f6e 61", "not dag-cbor")]
    [InlineData("0a a1 67 76657273696f6e 60", "not an integer")]
    [InlineData("12 a2 65 726f6f7473 81 00 67 76657273696f6e 01", "root 0 is not a link")]
    [InlineData("11 a2 65 726f6f7473 00 67 76657273696f6e 01", "other fields")]
    [InlineData("11 a2 65 726f6f7473 80 67 76657273696f6e 02", "other fields")]
    [InlineData("14 a3 61 61 00 65 726f6f7473 80 67 76657273696f6e 01", "other fields")]
    [InlineData("1a a3 65 726f6f7473 80 67 76657273696f6e 01 67 76657273696f6e 01", "not dag-cbor")]
    public async Task Open_BadHeader_IsRefused(string hex, string reason)
    {
        var thrown = await Assert.ThrowsAsync<CarFormatException>(() => CarBytes.ReadAsync(Hex(hex)));
        Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("11 a2 65 726f6f7473 80 67 76657273696f6e 01")]
    [InlineData("11 a2 67 76657273696f6e 01 65 726f6f7473 80")]
    public async Task Open_NoRootsAndNoBlocks_IsAnEmptyCar(string hex)
    {
        var (roots, blocks) = await CarBytes.ReadAsync(Hex(hex));
        Assert.Empty(roots);
        Assert.Empty(blocks);
    }

    [Fact]
    public async Task Open_HeaderOverTheLimit_IsRefusedBeforeItIsRead()
    {
        var roots = Enumerable.Range(0, 100).Select(i => TestBlocks.Raw(i).Cid).ToArray();
        var car = CarBytes.Header(roots);
        Assert.Equal(roots, (await CarBytes.ReadAsync(car)).Roots);
        var thrown = await Assert.ThrowsAsync<CarFormatException>(() => CarBytes.ReadAsync(car, new CarReaderOptions { MaxHeaderBytes = 1000 }));
        Assert.Contains("1 to 1000", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_WrongBytes_ThrowsAndCanGoOn()
    {
        byte[] car = [.. CarBytes.Header(), .. CarBytes.Section(Hello.Cid, "hullo"u8), .. CarBytes.Section(Hello)];
        await using var reader = await CarReader.OpenAsync(new MemoryStream(car), null, Cancellation);
        var thrown = await Assert.ThrowsAsync<BlockIntegrityException>(async () => await reader.ReadBlockAsync(Cancellation));
        Assert.Equal(Hello.Cid, thrown.Cid);
        using var next = await reader.ReadBlockAsync(Cancellation);
        Assert.Equal(Hello.Cid, next!.Cid);
        Assert.Null(await reader.ReadBlockAsync(Cancellation));
    }

    [Fact]
    public async Task Read_Unverified_SaysSo()
    {
        byte[] car = [.. CarBytes.Header(), .. CarBytes.Section(Hello.Cid, "hullo"u8)];
        await using var reader = await CarReader.OpenAsync(new MemoryStream(car), new CarReaderOptions { Verify = false }, Cancellation);
        using var block = await reader.ReadBlockAsync(Cancellation);
        Assert.False(block!.IsVerified);
        Assert.Throws<BlockIntegrityException>(block.Verify);
    }

    [Fact]
    public async Task Read_UnknownHash_ThrowsAndNamesIt()
    {
        var cid = Cid.CreateV1(Multicodec.Raw, new Multihash((Multicodec)0x1053, new byte[32]));
        byte[] car = [.. CarBytes.Header(), .. CarBytes.Section(cid, "x"u8), .. CarBytes.Section(Hello)];
        await using var reader = await CarReader.OpenAsync(new MemoryStream(car), null, Cancellation);
        await Assert.ThrowsAsync<UnsupportedHashException>(async () => await reader.ReadBlockAsync(Cancellation));
        using var next = await reader.ReadBlockAsync(Cancellation);
        Assert.Equal(Hello.Cid, next!.Cid);
    }

    [Fact]
    public async Task Read_IdentityCids_AreVerifiedLikeOthers()
    {
        var cid = Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Identity, "inline"u8));
        var (_, blocks) = await CarBytes.ReadAsync([.. CarBytes.Header(cid), .. CarBytes.Section(cid, "inline"u8)]);
        Assert.Equal("inline"u8, Assert.Single(blocks).Data);
        await Assert.ThrowsAsync<BlockIntegrityException>(() => CarBytes.ReadAsync([.. CarBytes.Header(cid), .. CarBytes.Section(cid, "other!"u8)]));
    }

    [Fact]
    public async Task Read_BlockOverTheLimit_NamesItAndTheReaderIsDone()
    {
        var large = TestBlocks.Raw(1, BlockLimits.MaxBlockBytes + 1);
        var car = CarBytes.V1([], [large, Hello]);
        await using var reader = await CarReader.OpenAsync(new MemoryStream(car), null, Cancellation);
        var thrown = await Assert.ThrowsAsync<BlockTooLargeException>(async () => await reader.ReadBlockAsync(Cancellation));
        Assert.Equal((large.Cid, large.Size, BlockLimits.MaxBlockBytes), (thrown.Cid, thrown.Size, thrown.Limit));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.ReadBlockAsync(Cancellation));

        var (_, blocks) = await CarBytes.ReadAsync(car, new CarReaderOptions { MaxBlockBytes = CarReaderOptions.GreatestBlockBytes });
        Assert.Equal([large.Cid, Hello.Cid], blocks.Select(b => b.Cid));
        Assert.Equal(BlockLimits.MaxBlockBytes, Assert.Single((await CarBytes.ReadAsync(CarBytes.V1([], [TestBlocks.Raw(1, BlockLimits.MaxBlockBytes)]))).Blocks).Data.Length);
    }

    [Fact]
    public async Task Read_SectionOfAnyClaimedLength_AllocatesLessThanABlock()
    {
        // A length of 2^62, then the CID: whoever believes it is out of memory.
        byte[] car = [.. CarBytes.Header(), 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, .. Hello.Cid.ToBytes()];
        var before = GC.GetAllocatedBytesForCurrentThread();
        var thrown = await Assert.ThrowsAsync<BlockTooLargeException>(() => CarBytes.ReadAsync(car));
        Assert.Equal((1L << 62) - 36, thrown.Size);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, BlockLimits.MaxBlockBytes);
    }

    [Theory]
    [InlineData("05 0255122000")]
    [InlineData("01 01")]
    [InlineData("04 01551281")]
    [InlineData("08 0155128101000000")]
    public async Task Read_SectionWithoutCid_IsRefused(string hex)
    {
        var thrown = await Assert.ThrowsAsync<CarFormatException>(() => CarBytes.ReadAsync([.. CarBytes.Header(), .. Hex(hex), .. new byte[200]]));
        Assert.Contains("CID", thrown.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_SectionOfLengthZero_IsRefusedOrTheEndAsAskedFor()
    {
        byte[] car = [.. CarBytes.V1([], [Hello]), 0, 0, 0, 0];
        await Assert.ThrowsAsync<CarFormatException>(() => CarBytes.ReadAsync(car));
        Assert.Single((await CarBytes.ReadAsync(car, new CarReaderOptions { ZeroLengthSectionEnds = true })).Blocks);
    }

    [Fact]
    public async Task Open_LeaveOpen_KeepsTheStream()
    {
        var stream = new TrickleStream(CarBytes.V1([], [Hello]), 10);
        await CarBytes.ReadAsync(stream, new CarReaderOptions { LeaveOpen = true });
        Assert.False(stream.IsDisposed);
        var bad = new TrickleStream([1, 2, 3], 10);
        await Assert.ThrowsAsync<CarFormatException>(() => CarBytes.ReadAsync(bad));
        Assert.True(bad.IsDisposed);
    }

    [Fact]
    public async Task Read_Cancelled_EndsTheReader()
    {
        await using var reader = await CarReader.OpenAsync(new TrickleStream(CarBytes.V1([], [Hello]), 30), null, Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.ReadBlockAsync(new CancellationToken(true)));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.ReadBlockAsync(Cancellation));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, CarReaderOptions.GreatestHeaderBytes + 1)]
    [InlineData(1, 0)]
    [InlineData(1, CarReaderOptions.GreatestBlockBytes + 1)]
    public async Task Open_OptionsOutOfRange_AreRefused(int which, int value)
    {
        var options = which == 0 && value > 1 ? new CarReaderOptions { MaxHeaderBytes = value }
            : which == 0 ? new CarReaderOptions { MaxHeaderBytes = 0 }
            : new CarReaderOptions { MaxBlockBytes = value };
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => CarBytes.ReadAsync([], options));
    }

    [Fact]
    public Task Codec_RandomBlockSets_RoundTrip() =>
        Gen.Select(IpldGen.Cids.Array[0, 3], Gen.Byte.Array[0, 300].Array[0, 8], Gen.Int[1, 400]).SampleAsync(
            async (roots, contents, step) =>
            {
                var blocks = contents.Select(c => Block.Create(Multicodec.Raw, c)).ToArray();
                var output = new MemoryStream();
                await using (var writer = await CarWriter.CreateAsync(output, roots))
                    await writer.PutManyAsync(blocks);
                Assert.Equal(CarBytes.V1(roots, blocks), output.ToArray());
                await using var reader = await CarReader.OpenAsync(new TrickleStream(output.ToArray(), step));
                Assert.Equal(roots, reader.Roots);
                foreach (var block in blocks)
                {
                    using var read = await reader.ReadBlockAsync();
                    Assert.Equal(block.Cid, read!.Cid);
                    Assert.Equal(block.Data.ToArray(), read.Data.ToArray());
                }

                Assert.Null(await reader.ReadBlockAsync());
            },
            iter: Soak.Count(200, 20_000));

    [Fact]
    public Task Read_MutatedCars_ThrowNothingButTheTypedExceptions()
    {
        var v1 = CarBytes.V1([Hello.Cid], [Hello, TestBlocks.Raw(1, 50), TestBlocks.Raw(2, 0), TestBlocks.Raw(3, 300)]);
        byte[][] seeds = [v1, CarBytes.V2(v1), CarBytes.V2(v1, 20, new byte[30])];
        return Gen.Select(Gen.Int[0, 2], Gen.Select(Gen.Int[0, 1 << 16], Gen.Byte).Array[1, 4], Gen.Int[0, 900], Gen.Bool).SampleAsync(
            async (seed, edits, length, verify) =>
            {
                var car = seeds[seed].ToArray();
                foreach (var (at, value) in edits)
                    car[at % car.Length] = value;
                try
                {
                    await CarBytes.ReadAsync(new TrickleStream(car[..Math.Min(car.Length, length)], 37), new CarReaderOptions { Verify = verify });
                }
                catch (Exception e) when (e is CarFormatException or BlockIntegrityException or BlockTooLargeException or UnsupportedHashException)
                {
                }
            },
            iter: Soak.Count(2000, 500_000));
    }

    private static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
