using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Storage.Tests.MemoryStore;

public sealed class MemoryBlockStoreTests : BlockStoreConformanceTests
{
    protected override ValueTask<IBlockStore> CreateAsync() => new(new MemoryBlockStore());

    [Fact]
    public async Task Put_PastCapacity_RefusedAndRoomReturnsAfterDelete()
    {
        var store = new MemoryBlockStore(2 * (1000 + MemoryBlockStore.OverheadBytes));
        var blocks = TestBlocks.RawMany(1, 3, 1000);
        await store.PutManyAsync(blocks[..2], Token);

        var full = await Assert.ThrowsAsync<StorageFullException>(async () => await store.PutAsync(blocks[2], Token));
        Assert.Equal(2 * (1000 + MemoryBlockStore.OverheadBytes), full.LimitBytes);
        Assert.Equal(1000 + MemoryBlockStore.OverheadBytes, full.NeededBytes);
        Assert.False(await store.HasAsync(blocks[2].Cid, Token));
        Assert.True(await store.HasAsync(blocks[0].Cid, Token));

        await store.DeleteAsync(blocks[0].Cid, Token);
        await store.PutAsync(blocks[2], Token);
        Assert.Equal(full.LimitBytes, store.UsedBytes);
        Assert.Equal(2, store.Count);
    }

    [Fact]
    public void Capacity_NotPositive_Refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryBlockStore(0));
}
