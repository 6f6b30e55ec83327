using IpfsKit.Multiformats;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Ipld.Tests.Car;

public sealed class CarV2Tests
{
    private static readonly Block Hello = Block.Create(Multicodec.Raw, "hello"u8.ToArray());
    private static readonly byte[] V1 = CarBytes.V1([Hello.Cid], [Hello, TestBlocks.Raw(1)]);

    [Theory]
    [InlineData(0, true)]
    [InlineData(5000, true)]
    [InlineData(0, false)]
    [InlineData(5000, false)]
    public async Task Read_WithPaddingAndIndex_GivesTheBlocksOfTheData(int padding, bool canSeek)
    {
        // The index is rubbish on purpose: nobody may look at it.
        var car = CarBytes.V2(V1, padding, index: [0xff, .. new byte[100]]);
        var (roots, blocks) = await CarBytes.ReadAsync(canSeek ? new MemoryStream(car) : new TrickleStream(car, 13));
        Assert.Equal([Hello.Cid], roots);
        Assert.Equal([Hello.Cid, TestBlocks.Raw(1).Cid], blocks.Select(b => b.Cid));
    }

    [Theory]
    [InlineData(50UL, null, null, "overlaps the header")]
    [InlineData(0UL, null, null, "overlaps the header")]
    [InlineData(52UL + (1 << 20), null, null, "padding")]
    [InlineData(ulong.MaxValue, null, null, "padding")]
    [InlineData(null, 0UL, null, "cannot have 0 bytes")]
    [InlineData(null, ulong.MaxValue, null, "cannot have")]
    [InlineData(null, 1UL << 63, null, "cannot have")]
    [InlineData(null, null, 51UL, "overlaps the data")]
    [InlineData(null, null, 1UL, "overlaps the data")]
    public async Task Open_AbsurdOffsets_AreRefusedWithOrWithoutSeeking(ulong? dataOffset, ulong? dataSize, ulong? indexOffset, string reason)
    {
        var car = CarBytes.V2(V1, dataOffset: dataOffset, dataSize: dataSize, indexOffset: indexOffset);
        foreach (var stream in (Stream[])[new MemoryStream(car), new TrickleStream(car, 100)])
        {
            var thrown = await Assert.ThrowsAsync<CarFormatException>(() => CarBytes.ReadAsync(stream));
            Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null, 100_000UL, null)]
    [InlineData(null, null, 100_000UL)]
    public async Task Open_OffsetsBeyondTheInput_AreRefusedWhereItsLengthIsKnown(ulong? dataOffset, ulong? dataSize, ulong? indexOffset)
    {
        var thrown = await Assert.ThrowsAsync<CarFormatException>(() => CarBytes.ReadAsync(CarBytes.V2(V1, 0, null, dataOffset, dataSize, indexOffset)));
        Assert.Contains("the input has", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_DataEndsBeforeItsSize_IsTruncated()
    {
        var car = CarBytes.V2(V1, dataSize: (ulong)V1.Length + 1);
        var thrown = await Assert.ThrowsAsync<CarFormatException>(() => CarBytes.ReadAsync(new TrickleStream(car, 100)));
        Assert.Contains("announces", thrown.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(100)]
    [InlineData(135)]
    [InlineData(140)]
    public async Task Read_BlockCrossesTheEndOfTheData_IsRefused(int less)
    {
        var car = CarBytes.V2(V1, dataSize: (ulong)(V1.Length - less));
        await Assert.ThrowsAsync<CarFormatException>(() => CarBytes.ReadAsync(new TrickleStream(car, 10_000)));
    }

    [Fact]
    public async Task Open_Version2InsideVersion2_IsRefused()
    {
        var thrown = await Assert.ThrowsAsync<CarFormatException>(() => CarBytes.ReadAsync(CarBytes.V2(CarBytes.V2(V1))));
        Assert.Contains("version 2 instead of 1", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_Truncated_IsRefusedAtEveryByte()
    {
        var car = CarBytes.V2(V1, padding: 10);
        for (var length = 0; length < 62; length++)
            await Assert.ThrowsAsync<CarFormatException>(() => CarBytes.ReadAsync(new TrickleStream(car[..length], 1000)));
    }

    [Fact]
    public async Task Open_PragmaInAnotherForm_IsRefused()
    {
        // version 2 as a two-byte integer: eleven bytes of header instead of ten.
        byte[] car = [0x0b, 0xa1, 0x67, .. "version"u8, 0x18, 0x02, .. CarBytes.V2(V1)[11..]];
        var thrown = await Assert.ThrowsAsync<CarFormatException>(() => CarBytes.ReadAsync(car));
        Assert.Contains("pragma", thrown.Reason, StringComparison.Ordinal);
    }
}
