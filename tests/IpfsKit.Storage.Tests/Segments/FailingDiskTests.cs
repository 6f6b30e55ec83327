using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Storage.Tests.Segments;

public sealed class FailingDiskTests : SegmentStoreTest
{
    [Fact]
    public async Task Sync_Fails_StoreStopsAcknowledgingAndReopeningFindsOut()
    {
        var store = await OpenAsync();
        var (before, during, after) = (TestBlocks.Raw(1), TestBlocks.Raw(2), TestBlocks.Raw(3));
        await store.PutAsync(before, Token);
        Files.FailSync = path => path.EndsWith(".dat", StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<StorageFailedException>(async () => await store.PutAsync(during, Token));
        Assert.Equal("/data", failure.Store);
        Files.FailSync = null;

        // Never tried again, not even when the disk seems well.
        await Assert.ThrowsAsync<StorageFailedException>(async () => await store.PutAsync(after, Token));
        await Assert.ThrowsAsync<StorageFailedException>(async () => await store.DeleteAsync(before.Cid, Token));
        Assert.NotNull(store.Failure);
        await AssertHasAsync(store, before);

        await store.DisposeAsync();
        store = await OpenAsync();
        await AssertHasAsync(store, before);
        await store.PutManyAsync([during, after], Token);
        store = await CrashAndOpenAsync(store);
        await AssertHasAsync(store, before, during, after);
    }

    [Fact]
    public async Task Write_Fails_StoreFails()
    {
        var store = await OpenAsync();
        Files.FailWrites = path => path.EndsWith(".dat", StringComparison.Ordinal);
        await Assert.ThrowsAsync<StorageFailedException>(async () => await store.PutAsync(TestBlocks.Raw(1), Token));
    }

    [Fact]
    public async Task Capacity_Reached_PutsFailReadsGoOnAndSpaceReturns()
    {
        var store = await OpenAsync(options => options.CapacityBytes = 256 << 10);
        var blocks = TestBlocks.RawMany(1, 400, 1000);
        var put = 0;
        var full = await Assert.ThrowsAsync<StorageFullException>(async () =>
        {
            for (; put < blocks.Length; put++)
                await store.PutAsync(blocks[put], Token);
        });
        Assert.Equal("/data", full.Store);
        Assert.Equal(nameof(SegmentStoreOptions.CapacityBytes), full.Limit);
        Assert.InRange(put, 100, 250);
        Assert.Null(store.Failure);
        await AssertHasAsync(store, blocks[..put]);
        Assert.True(store.GetStatistics().DiskBytes <= 256 << 10);

        // What is there can be put again, and deletions need no room.
        await store.PutAsync(blocks[0], Token);
        for (var i = 0; i < put / 2; i++)
            Assert.True(await store.DeleteAsync(blocks[i].Cid, Token));
        var compacted = await store.CompactAsync(0.5, Token);
        Assert.True(compacted.FreedBytes > 50_000, compacted.ToString());
        await store.PutAsync(blocks[put], Token);
        await AssertHasAsync(store, blocks[(put / 2)..(put + 1)]);
    }

    [Fact]
    public async Task Disk_FullInTheMiddleOfAWrite_FailsThatWriteOnly()
    {
        var store = await OpenAsync();
        var first = TestBlocks.RawMany(1, 10, 1000);
        await store.PutManyAsync(first, Token);
        Files.CapacityBytes = Files.UsedBytes + 5000;
        var full = await Assert.ThrowsAsync<StorageFullException>(async () => await store.PutManyAsync(TestBlocks.RawMany(100, 10, 1000), Token));
        Assert.Equal("the disk", full.Limit);
        Assert.Null(store.Failure);
        await AssertHasAsync(store, first);

        var small = TestBlocks.Raw(500, 1000);
        await store.PutAsync(small, Token);
        Assert.True(await store.DeleteAsync(first[0].Cid, Token));
        Files.CapacityBytes = long.MaxValue;
        var more = TestBlocks.RawMany(100, 10, 1000);
        await store.PutManyAsync(more, Token);
        store = await CrashAndOpenAsync(store);
        await AssertHasAsync(store, [small, .. first[1..], .. more]);
        Assert.False(await store.HasAsync(first[0].Cid, Token));
    }

    [Theory]
    [InlineData(".dat", false)]
    [InlineData(".tmp", false)]
    [InlineData(".tmp", true)]
    public async Task Disk_FullWhenASegmentIsMade_PutsFailAndTheStoreGoesOn(string ending, bool atSync)
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 100, 1000);
        var isFull = new Predicate<string>(path => path.EndsWith(ending, StringComparison.Ordinal));
        Files.FullOnCreate = atSync ? null : isFull;
        Files.FullOnSync = atSync ? isFull : null;
        var put = 0;
        for (var i = 0; i < 2; i++)
        {
            var full = await Assert.ThrowsAsync<StorageFullException>(async () =>
            {
                for (; put < blocks.Length; put++)
                    await store.PutAsync(blocks[put], Token);
            });
            Assert.Equal("the disk", full.Limit);
            Assert.Null(store.Failure);
        }

        Assert.InRange(put, 50, 60);
        await AssertHasAsync(store, blocks[..put]);
        (Files.FullOnCreate, Files.FullOnSync) = (null, null);
        await store.PutManyAsync(blocks[put..], Token);
        store = await CrashAndOpenAsync(store);
        Assert.Empty(store.Recovery.Damaged);
        await AssertHasAsync(store, blocks);
    }

    [Fact]
    public async Task Sync_FailsBecauseTheDiskIsFull_StoreStopsAndSaysWhy()
    {
        var store = await OpenAsync();
        var before = TestBlocks.Raw(1);
        await store.PutAsync(before, Token);
        Files.FullOnSync = path => path.EndsWith(".dat", StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<StorageFailedException>(async () => await store.PutAsync(TestBlocks.Raw(2), Token));
        Assert.Contains("the disk is full", failure.Message, StringComparison.Ordinal);
        Files.FullOnSync = null;
        await Assert.ThrowsAsync<StorageFailedException>(async () => await store.PutAsync(TestBlocks.Raw(3), Token));
        await AssertHasAsync(store, before);
    }

    [Fact]
    public async Task Disk_FullWhenADeletionIsWritten_TheBlockStays()
    {
        var store = await OpenAsync();
        var block = TestBlocks.Raw(1, 1000);
        await store.PutAsync(block, Token);
        Files.CapacityBytes = Files.UsedBytes;
        await Assert.ThrowsAsync<StorageFullException>(async () => await store.DeleteAsync(block.Cid, Token));
        await AssertHasAsync(store, block);
        Files.CapacityBytes = long.MaxValue;
        Assert.True(await store.DeleteAsync(block.Cid, Token));
    }

    [Fact]
    public async Task FreeSpace_BelowTheMinimum_PutsFail()
    {
        Files.CapacityBytes = 200_000;
        var store = await OpenAsync(options => options.MinFreeDiskBytes = 150_000);
        var full = await Assert.ThrowsAsync<StorageFullException>(async () => await store.PutManyAsync(TestBlocks.RawMany(1, 100, 1000), Token));
        Assert.Equal(nameof(SegmentStoreOptions.MinFreeDiskBytes), full.Limit);
        Assert.True(Files.UsedBytes < 60_000);
    }

    [Fact]
    public async Task Get_DamagedPayload_ThrowsOnceThenIsAbsentAndPutHeals()
    {
        var store = await OpenAsync();
        var block = TestBlocks.Raw(1, 5000);
        await store.PutAsync(block, Token);
        var reported = new List<DamagedBlock>();
        store.BlockDamaged += (_, args) => reported.Add(args.Block);
        Files.Flip(SegmentFiles()[0], 64 + 64 + 777);
        Assert.Equal(block.Cid, (await Assert.ThrowsAsync<BlockIntegrityException>(async () => await store.GetAsync(block.Cid, Token))).Cid);
        Assert.Equal(block.Cid.Hash, Assert.Single(reported).Hash);
        Assert.Equal(1, store.GetStatistics().DamagedBlocks);
        Assert.Null(await store.GetAsync(block.Cid, Token));
        Assert.False(await store.HasAsync(block.Cid, Token));

        await store.PutAsync(block, Token);
        await AssertHasAsync(store, block);
        Assert.Equal(0, store.GetStatistics().DamagedBlocks);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task Get_DamagedHeader_ThrowsAndPutHeals(int size)
    {
        var store = await OpenAsync();
        var block = TestBlocks.Raw(1, size);
        await store.PutAsync(block, Token);
        Files.Flip(SegmentFiles()[0], 64 + 12);
        await Assert.ThrowsAsync<BlockIntegrityException>(async () => await store.GetAsync(block.Cid, Token));
        await store.PutAsync(block, Token);
        await AssertHasAsync(store, block);
    }

    [Fact]
    public async Task Put_OfABlockWhoseRecordIsDamaged_WritesItAgain()
    {
        var store = await OpenAsync();
        var block = TestBlocks.Raw(1, 5000);
        await store.PutAsync(block, Token);
        Files.Flip(SegmentFiles()[0], 64 + 12);
        await store.PutAsync(block, Token);
        await AssertHasAsync(store, block);
    }

    [Fact]
    public async Task Delete_OfADamagedBlock_KeepsItDeadAfterARebuild()
    {
        var store = await OpenAsync();
        var block = TestBlocks.Raw(1, 5000);
        await store.PutAsync(block, Token);
        Files.Flip(SegmentFiles()[0], 64 + 64 + 777);
        await Assert.ThrowsAsync<BlockIntegrityException>(async () => await store.GetAsync(block.Cid, Token));
        Assert.False(await store.DeleteAsync(block.Cid, Token));
        store = await CrashAndOpenAsync(store);
        Assert.Null(await store.GetAsync(block.Cid, Token));
    }

    [Fact]
    public async Task Scrub_FindsDamageReportsItByCidAndRepairs()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 50, 3000);
        await store.PutManyAsync(blocks, Token);
        await store.SealAsync(Token);
        Assert.Empty((await store.ScrubAsync(Token)).Damaged);

        Files.Flip(SegmentFiles()[0], 64 + 64 + 5);
        Files.Flip(SegmentFiles()[1], 64 + 30);
        var report = await store.ScrubAsync(Token);
        Assert.Equal(50, report.Blocks);
        Assert.Equal(2, report.Damaged.Count);
        Assert.Equal(0, report.Repaired);
        Assert.Equal(blocks[0].Cid.Hash, report.Damaged[0].Hash);
        var lost = report.Damaged.Select(damaged => damaged.Hash!.Value).ToHashSet();
        await AssertHasAsync(store, blocks.Where(block => !lost.Contains(block.Cid.Hash)));

        // Damaged again, this time with somebody who has the blocks.
        await store.PutManyAsync(blocks, Token);
        Files.Flip(SegmentFiles()[0], 64 + (3064 * 2) + 70);
        store.RepairSource = (hash, _) => new(blocks.Single(block => block.Cid.Hash == hash));
        report = await store.ScrubAsync(Token);
        Assert.Single(report.Damaged);
        Assert.Equal(1, report.Repaired);
        await AssertHasAsync(store, blocks);
        Assert.Empty((await store.ScrubAsync(Token)).Damaged);
    }

    [Fact]
    public async Task Compact_SegmentThatCannotBeRead_StaysAndNothingIsLost()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 20, 1000);
        await store.PutManyAsync(blocks, Token);
        var segment = SegmentFiles()[0];
        Files.FailReads = path => path == segment;
        Assert.Equal(0, (await store.CompactAsync(1, Token)).Segments);
        Assert.Null(store.Failure);
        Files.FailReads = null;
        await AssertHasAsync(store, blocks);
        Assert.Equal(1, (await store.CompactAsync(1, Token)).Segments);
        await AssertHasAsync(store, blocks);
    }
}
