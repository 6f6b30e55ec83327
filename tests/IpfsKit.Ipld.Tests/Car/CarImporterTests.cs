using IpfsKit.Ipld.Car;
using IpfsKit.Multiformats;
using IpfsKit.Storage;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Ipld.Tests.Car;

public sealed class CarImporterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Import_ManyBlocks_ReachTheSinkOnceCompleted()
    {
        Block[] blocks = [.. TestBlocks.RawMany(0, 200, 100), .. TestBlocks.RawMany(1000, 30, 100_000)];
        var store = new MemoryBlockStore();
        var car = CarBytes.V1([blocks[0].Cid], blocks);
        var result = await CarImporter.ImportAsync(new MemoryStream(car), store, null, Cancellation);
        Assert.Equal((230L, car.LongLength), (result.Blocks, result.Bytes));
        Assert.Equal([blocks[0].Cid], result.Roots);
        foreach (var block in blocks)
            Assert.True(await store.HasAsync(block.Cid, Cancellation));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task Import_WrongBytes_ThrowsAndStoresNoneOfThem(int size)
    {
        var good = TestBlocks.Raw(1, size);
        var lie = TestBlocks.Raw(2, size);
        byte[] car = [.. CarBytes.Header(), .. CarBytes.Section(good), .. CarBytes.Section(lie.Cid, good.Data.Span), .. TestBlocks.RawMany(10, 20, size).SelectMany(CarBytes.Section)];
        var store = new MemoryBlockStore();
        // The options cannot turn verification off.
        var thrown = await Assert.ThrowsAsync<BlockIntegrityException>(async () =>
            await CarImporter.ImportAsync(new MemoryStream(car), store, new CarReaderOptions { Verify = false }, Cancellation));
        Assert.Equal(lie.Cid, thrown.Cid);
        Assert.False(await store.HasAsync(lie.Cid, Cancellation));
    }

    [Fact]
    public async Task Import_Truncated_Throws()
    {
        var car = CarBytes.V1([], TestBlocks.RawMany(0, 20, 50_000));
        await Assert.ThrowsAsync<CarFormatException>(async () =>
            await CarImporter.ImportAsync(new MemoryStream(car[..^10]), new MemoryBlockStore(), null, Cancellation));
    }

    [Fact]
    public async Task Import_LargerThanTheSink_ThrowsWhatTheSinkThrows()
    {
        var car = CarBytes.V1([], TestBlocks.RawMany(0, 20, 50_000));
        await Assert.ThrowsAsync<StorageFullException>(async () =>
            await CarImporter.ImportAsync(new MemoryStream(car), new MemoryBlockStore(100_000), null, Cancellation));
    }

    [Fact]
    public async Task Import_IdentityCids_AreCheckedAndLeftOut()
    {
        var inline = Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Identity, "inline"u8));
        var store = new MemoryBlockStore();
        var result = await CarImporter.ImportAsync(new MemoryStream([.. CarBytes.Header(), .. CarBytes.Section(inline, "inline"u8)]), store, null, Cancellation);
        Assert.Equal(1, result.Blocks);
        Assert.Equal(0, store.Count);
        await Assert.ThrowsAsync<BlockIntegrityException>(async () =>
            await CarImporter.ImportAsync(new MemoryStream([.. CarBytes.Header(), .. CarBytes.Section(inline, "other"u8)]), store, null, Cancellation));
    }
}
