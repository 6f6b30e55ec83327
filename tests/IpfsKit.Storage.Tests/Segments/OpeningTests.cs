using IpfsKit.Ipld;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;
using Microsoft.Extensions.Options;

namespace IpfsKit.Storage.Tests.Segments;

public sealed class OpeningTests : SegmentStoreTest
{
    [Fact]
    public async Task Open_LockedDirectory_RefusedByName()
    {
        using var directory = new TemporaryDirectory();
        var options = new SegmentStoreOptions { Directory = directory.Combine("blocks") };
        await using (var first = await SegmentBlockStore.OpenAsync(options, cancellationToken: Token))
        {
            var locked = await Assert.ThrowsAsync<DataDirectoryLockedException>(() => SegmentBlockStore.OpenAsync(options, cancellationToken: Token));
            Assert.Equal(options.Directory, locked.Path);
            Assert.Contains(options.Directory, locked.Message, StringComparison.Ordinal);
        }

        await using var second = await SegmentBlockStore.OpenAsync(options, cancellationToken: Token);
    }

    [Fact]
    public async Task Open_NewerVersion_RefusedAndNothingTouched()
    {
        await (await OpenAsync()).DisposeAsync();
        var manifest = TheFile("MANIFEST-");
        var bytes = Files.ReadAll(manifest);
        bytes[8] = bytes[(bytes.Length / 2) + 8] = 9;
        Files.WriteAll(manifest, bytes);
        var before = Files.ListFiles("/data").Order().ToArray();

        var newer = await Assert.ThrowsAsync<DataDirectoryVersionException>(() => OpenAsync());
        Assert.Equal("/data", newer.Path);
        Assert.Equal(9, newer.FoundVersion);
        Assert.Equal(1, newer.SupportedVersion);
        Assert.Equal(before, Files.ListFiles("/data").Order());
    }

    [Fact]
    public async Task Open_OneDamagedCopyOfTheManifest_TheOtherCounts()
    {
        var store = await OpenAsync();
        var block = TestBlocks.Raw(1);
        await store.PutAsync(block, Token);
        await store.DisposeAsync();
        Files.Flip(TheFile("MANIFEST-"), 40);
        await AssertHasAsync(await OpenAsync(), block);
    }

    [Fact]
    public async Task Open_DamagedManifest_RefusedByName()
    {
        await (await OpenAsync()).DisposeAsync();
        var manifest = TheFile("MANIFEST-");
        Files.Flip(manifest, 40);
        Files.Flip(manifest, (Files.LengthOf(manifest) / 2) + 40);
        var corrupted = await Assert.ThrowsAsync<StorageCorruptedException>(() => OpenAsync());
        Assert.Equal(manifest, corrupted.Path);
    }

    [Fact]
    public async Task Open_SegmentsWithoutAManifest_Refused()
    {
        var store = await OpenAsync();
        await store.PutAsync(TestBlocks.Raw(1), Token);
        await store.DisposeAsync();
        Files.Delete(TheFile("MANIFEST-"));
        await Assert.ThrowsAsync<StorageCorruptedException>(() => OpenAsync());
    }

    [Fact]
    public async Task Open_MissingSegment_RefusedByName()
    {
        var store = await OpenAsync();
        await store.PutAsync(TestBlocks.Raw(1), Token);
        await store.DisposeAsync();
        var segment = SegmentFiles()[0];
        Files.Delete(segment);
        Assert.Equal(segment, (await Assert.ThrowsAsync<StorageCorruptedException>(() => OpenAsync())).Path);
    }

    [Fact]
    public async Task Open_FilesThatAreNotListed_AreIgnoredAndDeleted()
    {
        var store = await OpenAsync();
        var block = TestBlocks.Raw(1);
        await store.PutAsync(block, Token);
        await store.DisposeAsync();
        Files.WriteAll("/data/seg-000000ff.dat", Files.ReadAll(SegmentFiles()[0]));
        Files.WriteAll("/data/MANIFEST-0000000009.tmp", [1, 2, 3]);
        Files.WriteAll("/data/notes.txt", [1]);
        await AssertHasAsync(await OpenAsync(), block);
        Assert.False(Files.FileExists("/data/seg-000000ff.dat"));
        Assert.False(Files.FileExists("/data/MANIFEST-0000000009.tmp"));
        Assert.True(Files.FileExists("/data/notes.txt"));
    }

    [Fact]
    public async Task Open_AfterClosing_UsesTheCheckpointAndReplaysNothing()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 300, 1000);
        await store.PutManyAsync(blocks, Token);
        await store.DeleteAsync(blocks[0].Cid, Token);
        await store.DisposeAsync();
        var again = await OpenAsync();
        Assert.True(again.Recovery.UsedCheckpoint);
        Assert.Equal(0, again.Recovery.ReplayedRecords);
        Assert.Equal(299, again.GetStatistics().Blocks);
        await AssertHasAsync(again, blocks[1..]);
        Assert.False(await again.HasAsync(blocks[0].Cid, Token));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(500)]
    public async Task Open_DamagedCheckpoint_RebuildsFromTheSegments(int offset)
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 300, 1000);
        await store.PutManyAsync(blocks, Token);
        await store.DeleteAsync(blocks[0].Cid, Token);
        var before = store.GetStatistics();
        await store.DisposeAsync();
        Files.Flip(TheFile("checkpoint-"), offset);
        var again = await OpenAsync();
        Assert.False(again.Recovery.UsedCheckpoint);
        Assert.Equal(301, again.Recovery.ReplayedRecords);
        Assert.Equal((before.Blocks, before.LiveBytes), (again.GetStatistics().Blocks, again.GetStatistics().LiveBytes));
        await AssertHasAsync(again, blocks[1..]);
        Assert.False(await again.HasAsync(blocks[0].Cid, Token));
    }

    [Fact]
    public async Task Open_DamagedFooter_ReadsTheGroupsInstead()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 300, 1000);
        await store.PutManyAsync(blocks, Token);
        await store.DisposeAsync();
        Files.Delete(TheFile("checkpoint-"));
        Files.Flip(SegmentFiles()[0], Files.LengthOf(SegmentFiles()[0]) - 200);
        var again = await OpenAsync();
        Assert.Contains("footer", Assert.Single(again.Recovery.Damaged).Reason, StringComparison.Ordinal);
        await AssertHasAsync(again, blocks);
    }

    [Fact]
    public async Task Open_ReplayAfterACheckpoint_AppliesWhatCameAfter()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 20, 1000);
        await store.PutManyAsync(blocks[..10], Token);
        await store.CheckpointAsync(Token);
        await store.PutManyAsync(blocks[10..], Token);
        await store.DeleteAsync(blocks[3].Cid, Token);
        store = await CrashAndOpenAsync(store);
        Assert.True(store.Recovery.UsedCheckpoint);
        Assert.Equal(11, store.Recovery.ReplayedRecords);
        await AssertHasAsync(store, blocks.Where((_, i) => i != 3));
        Assert.False(await store.HasAsync(blocks[3].Cid, Token));
    }

    [Fact]
    public async Task Open_DamageInTheMiddleOfTheLog_IsReportedByCidAndTheRestIsKept()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 3, 1000);
        foreach (var block in blocks)
            await store.PutAsync(block, Token);
        Files.Crash();
        await store.DisposeAsync();
        Files.Restart();

        // The first record's header, and with it the name of the block: the marker behind it knows which one it was.
        Files.Flip(SegmentFiles()[0], 64 + 30);
        store = await OpenAsync();
        var damaged = Assert.Single(store.Recovery.Damaged);
        Assert.Equal(blocks[0].Cid.Hash, damaged.Hash);
        Assert.Equal(64, damaged.Offset);
        Assert.Null(await store.GetAsync(blocks[0].Cid, Token));
        await AssertHasAsync(store, blocks[1..]);
        await store.PutAsync(blocks[0], Token);
        await AssertHasAsync(store, blocks);
        Assert.Equal(0, store.GetStatistics().DamagedBlocks);
    }

    [Fact]
    public async Task Open_DamagedMarkerInTheMiddleOfTheLog_KeepsTheRecordsBeforeIt()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 3, 1000);
        foreach (var block in blocks)
            await store.PutAsync(block, Token);
        Files.Crash();
        await store.DisposeAsync();
        Files.Restart();
        Files.Flip(SegmentFiles()[0], 64 + 64 + 1000 + 40);
        store = await OpenAsync();
        Assert.Null(Assert.Single(store.Recovery.Damaged).Hash);
        await AssertHasAsync(store, blocks);
    }

    [Fact]
    public async Task Open_TornTail_IsCutOff()
    {
        var store = await OpenAsync();
        var block = TestBlocks.Raw(1);
        await store.PutAsync(block, Token);
        Files.Crash();
        await store.DisposeAsync();
        Files.Restart();
        var segment = SegmentFiles()[0];
        var whole = Files.ReadAll(segment);
        Files.WriteAll(segment, [.. whole, .. new byte[5000]]);
        store = await OpenAsync();
        Assert.Equal(5000, store.Recovery.DiscardedBytes);
        Assert.Equal(whole.Length, Files.LengthOf(segment));
        await AssertHasAsync(store, block);
    }

    [Fact]
    public async Task Open_BadOptions_NamesAllOfThem()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => OpenAsync(options =>
        {
            options.SegmentBytes = 5;
            options.MaxPendingRecords = 0;
            options.CompactionLiveRatio = 2;
        }));
        Assert.Equal(3, failure.Failures.Count());
        Assert.Contains("SegmentStoreOptions.SegmentBytes is '5'; it must be 64 KiB to 2 GiB.", failure.Failures);
    }

    [Fact]
    public void Options_Defaults_AreAsDocumentedAndValid()
    {
        var options = new SegmentStoreOptions { Directory = "x" };
        Assert.True(new SegmentStoreOptionsValidator().Validate(null, options).Succeeded);
        Assert.Equal(100L << 30, options.CapacityBytes);
        Assert.Equal(256L << 20, options.MinFreeDiskBytes);
        Assert.Equal(256L << 20, options.SegmentBytes);
        Assert.Equal(64L << 20, options.MaxPendingBytes);
        Assert.Equal(65_536, options.MaxPendingRecords);
        Assert.Equal(1L << 30, options.CheckpointIntervalBytes);
        Assert.True(options.AutomaticMaintenance);
        Assert.Equal(0.5, options.CompactionLiveRatio);
        Assert.Equal(64L << 20, options.CompactionBytesPerSecond);
        Assert.Equal(TimeSpan.FromDays(7), options.ScrubInterval);
        Assert.Equal(32L << 20, options.ScrubBytesPerSecond);
    }

    [Fact]
    public async Task Dispose_Twice_DoesNothingAndUseAfterwardsThrows()
    {
        var store = await OpenAsync();
        await store.DisposeAsync();
        await store.DisposeAsync();
        var block = TestBlocks.Raw(1);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.PutAsync(block, Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.GetAsync(block.Cid, Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.HasAsync(block.Cid, Token));
    }

    [Fact]
    public async Task Put_BlockLargerThanTheLimit_Refused()
    {
        var store = await OpenAsync();
        var block = TestBlocks.Raw(1, SegmentBlockStore.MaxBlockBytes + 1);
        var tooLarge = await Assert.ThrowsAsync<BlockTooLargeException>(async () => await store.PutAsync(block, Token));
        Assert.Equal(SegmentBlockStore.MaxBlockBytes, tooLarge.Limit);
        var largest = TestBlocks.Raw(2, SegmentBlockStore.MaxBlockBytes);
        await store.PutAsync(largest, Token);
        await AssertHasAsync(store, largest);
    }
}
