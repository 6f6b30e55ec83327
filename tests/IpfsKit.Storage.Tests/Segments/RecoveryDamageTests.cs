using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Storage.Tests.Segments;

/// <summary>Opening over what no crash explains: nothing that was durable is cut off, nothing that cannot be read is given up.</summary>
public sealed class RecoveryDamageTests : SegmentStoreTest
{
    private const int MarkerBytes = 24 + 72;

    [Fact]
    public async Task Open_DamagedLastMarkerOfASegmentThatTheLogLeft_KeepsItsGroup()
    {
        var (store, blocks) = await FilledAsync();
        var first = SegmentFiles()[0];
        Files.Flip(first, Files.LengthOf(first) - 40);
        var length = Files.LengthOf(first);
        store = await CrashAndOpenAsync(store);
        Assert.Contains(store.Recovery.Damaged, damaged => damaged.File == first && damaged.Offset + damaged.Length == length);
        Assert.Equal(0, store.Recovery.DiscardedBytes);
        Assert.Equal(length, Files.LengthOf(first));
        await AssertHasAsync(store, blocks);

        // Nor is anything lost when it is sealed, and rebuilt from its footer.
        await store.SealAsync(Token);
        store = await RebuildAsync(store);
        Assert.Empty(store.Recovery.Damaged);
        await AssertHasAsync(store, blocks);
    }

    [Fact]
    public async Task Open_DamagedRecordAndMarkerAtTheEndOfASegmentThatTheLogLeft_ReportsTheBlock()
    {
        var (store, blocks) = await FilledAsync();
        var first = SegmentFiles()[0];
        var end = Files.LengthOf(first);
        var last = blocks[((end - 64) / (64 + 1000 + MarkerBytes)) - 1];
        Files.Flip(first, end - 40);
        Files.Flip(first, end - MarkerBytes - 10);
        store = await CrashAndOpenAsync(store);
        Assert.Contains(store.Recovery.Damaged, damaged => damaged.Hash == last.Cid.Hash);
        Assert.Equal(1, store.GetStatistics().DamagedBlocks);
        await AssertHasAsync(store, blocks.Where(block => block != last));
    }

    [Fact]
    public async Task Seal_DamagedLastMarker_KeepsItsGroup()
    {
        var (store, blocks) = await FilledAsync();
        var first = SegmentFiles()[0];
        Files.Flip(first, Files.LengthOf(first) - 40);
        await store.SealAsync(Token);
        store = await RebuildAsync(store);
        await AssertHasAsync(store, blocks);
    }

    [Fact]
    public async Task Seal_DamagedRecord_IsReported()
    {
        var (store, blocks) = await FilledAsync();
        Files.Flip(SegmentFiles()[0], 64 + 12);
        await store.SealAsync(Token);
        Assert.Equal(1, store.GetStatistics().DamagedBlocks);
        Assert.False(await store.HasAsync(blocks[0].Cid, Token));
    }

    [Fact]
    public async Task Open_SegmentsInEachOthersPlace_RefusedByNameAndUntouched()
    {
        var (store, _) = await FilledAsync();
        await store.DisposeAsync();
        var files = SegmentFiles();
        var contents = files.Select(Files.ReadAll).ToArray();
        Files.WriteAll(files[0], contents[1]);
        Files.WriteAll(files[1], contents[0]);
        var corrupted = await Assert.ThrowsAsync<StorageCorruptedException>(() => OpenAsync());
        Assert.Equal(files[0], corrupted.Path);
        Assert.Equal(contents[1], Files.ReadAll(files[0]));
        Assert.Equal(contents[0], Files.ReadAll(files[1]));
    }

    [Fact]
    public async Task Open_SegmentThatIsSomethingElse_RefusedAndUntouched()
    {
        var (store, _) = await FilledAsync();
        await store.DisposeAsync();
        var file = SegmentFiles()[1];
        Files.WriteAll(file, new byte[5000]);
        Assert.Equal(file, (await Assert.ThrowsAsync<StorageCorruptedException>(() => OpenAsync())).Path);
        Assert.Equal(5000, Files.LengthOf(file));
    }

    [Fact]
    public async Task Open_DamagedHeaderOfASegmentWithRecords_IsReportedAndCostsNothing()
    {
        var (store, blocks) = await FilledAsync();
        Files.Flip(SegmentFiles()[0], 20);
        store = await RebuildAsync(store);
        Assert.Contains("header", Assert.Single(store.Recovery.Damaged).Reason, StringComparison.Ordinal);
        await AssertHasAsync(store, blocks);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(1000)]
    public async Task Open_FooterOrTrailerThatCannotBeRead_ReadsTheGroupsInstead(int fromEnd)
    {
        var (store, blocks) = await FilledAsync();
        await store.SealAsync(Token);
        var first = SegmentFiles()[0];
        var from = Files.LengthOf(first) - fromEnd;
        Files.FailReadsAt = (path, offset, length) => path == first && offset + length > from;
        store = await RebuildAsync(store);
        await AssertHasAsync(store, blocks);
        Assert.NotEmpty(store.Recovery.Unreadable.Concat(store.Recovery.Damaged));
    }

    [Fact]
    public async Task Open_SegmentThatCannotBeRead_IsHeldUntilItCan()
    {
        var (store, blocks) = await FilledAsync();
        await store.DisposeAsync();
        Files.Delete(TheFile("checkpoint-"));
        var first = SegmentFiles()[0];
        var length = Files.LengthOf(first);
        Files.FailReads = path => path == first;
        store = await OpenAsync();
        Assert.Contains(store.Recovery.Unreadable, unreadable => unreadable.File == first);
        Assert.DoesNotContain(store.Recovery.Damaged, damaged => damaged.Hash is not null);
        Assert.InRange(store.GetStatistics().Blocks, 1, blocks.Length - 1);
        var more = TestBlocks.Raw(5000, 1000);
        await store.PutAsync(more, Token);
        await store.CompactAsync(1, Token);
        await store.CheckpointAsync(Token);
        Assert.Equal(length, Files.LengthOf(first));

        await store.DisposeAsync();
        Files.FailReads = null;
        store = await OpenAsync();
        await AssertHasAsync(store, [.. blocks, more]);
    }

    [Fact]
    public async Task Open_SectorsInTheMiddleThatCannotBeRead_CostNothing()
    {
        var (store, blocks) = await FilledAsync();
        var first = SegmentFiles()[0];
        Files.FailReadsAt = (path, offset, length) => path == first && offset < 2048 && offset + length > 1024;
        store = await CrashAndOpenAsync(store);
        await AssertHasAsync(store, blocks[2..]);
        await store.CompactAsync(1, Token);
        await store.DisposeAsync();
        Files.FailReadsAt = null;
        store = await OpenAsync();
        await AssertHasAsync(store, blocks);
    }

    [Fact]
    public async Task Open_LastGroupThatCannotBeRead_IsKeptAndTheLogGoesOnElsewhere()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 3, 1000);
        foreach (var block in blocks[..2])
            await store.PutAsync(block, Token);
        var first = SegmentFiles()[0];
        var end = Files.LengthOf(first) - MarkerBytes - 300;
        Files.FailReadsAt = (path, offset, length) => path == first && offset < end && offset + length > end - 100;
        store = await CrashAndOpenAsync(store);
        Assert.Contains(store.Recovery.Unreadable, unreadable => unreadable.Hash == blocks[1].Cid.Hash);
        await Assert.ThrowsAsync<StorageReadException>(async () => await store.GetAsync(blocks[1].Cid, Token));
        await store.PutAsync(blocks[2], Token);
        Assert.Equal(2, SegmentFiles().Length);
        await store.DisposeAsync();
        Files.FailReadsAt = null;
        store = await OpenAsync();
        await AssertHasAsync(store, blocks);
    }

    [Fact]
    public async Task Open_CheckpointThatCannotBeRead_RebuildsFromTheSegments()
    {
        var (store, blocks) = await FilledAsync();
        await store.DisposeAsync();
        Files.FailReads = path => path.Contains("checkpoint", StringComparison.Ordinal);
        store = await OpenAsync();
        Assert.False(store.Recovery.UsedCheckpoint);
        await AssertHasAsync(store, blocks);
    }

    // One group per block, in two segments and more, none of them sealed.
    private async Task<(SegmentBlockStore Store, Block[] Blocks)> FilledAsync()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 70, 1000);
        foreach (var block in blocks)
            await store.PutAsync(block, Token);
        Assert.Equal(2, SegmentFiles().Length);
        return (store, blocks);
    }

    private async Task<SegmentBlockStore> RebuildAsync(SegmentBlockStore store)
    {
        await store.DisposeAsync();
        Files.Delete(TheFile("checkpoint-"));
        return await OpenAsync();
    }
}
