using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Storage.Tests.Segments;

public sealed class CompactionTests : SegmentStoreTest
{
    [Fact]
    public async Task Compact_MostlyDeadSegments_AreGivenUpAndTheLiveMove()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 400, 1000);
        await store.PutManyAsync(blocks, Token);
        var kept = blocks.Where((_, i) => i % 10 == 0).ToArray();
        foreach (var block in blocks.Except(kept))
            await store.DeleteAsync(block.Cid, Token);
        var before = store.GetStatistics();

        var result = await store.CompactAsync(0.5, Token);
        var after = store.GetStatistics();
        Assert.True(result.Segments >= 6);
        Assert.Equal(before.LiveBytes, after.LiveBytes);
        Assert.True(after.DiskBytes < before.DiskBytes / 3, $"{before.DiskBytes} became {after.DiskBytes}");
        Assert.InRange(Files.UsedBytes, after.DiskBytes, after.DiskBytes + (20 << 10));
        await AssertHasAsync(store, kept);

        store = await CrashAndOpenAsync(store);
        await AssertHasAsync(store, kept);
        Assert.Equal(kept.Length, store.GetStatistics().Blocks);
    }

    [Fact]
    public async Task Compact_WhatIsDenseAlready_IsLeftAlone()
    {
        var store = await OpenAsync();
        foreach (var block in TestBlocks.RawMany(1, 300, 10))
            await store.PutAsync(block, Token);
        await store.CompactAsync(0.9, Token);
        Assert.Equal(0, (await store.CompactAsync(0.9, Token)).Segments);
        Assert.Equal(300, store.GetStatistics().Blocks);
    }

    [Fact]
    public async Task Compact_TombstoneOfAKeyInAnOlderSegment_IsKept()
    {
        var store = await OpenAsync();
        var victim = TestBlocks.Raw(1, 1000);
        var neighbours = TestBlocks.RawMany(100, 58, 1000);
        await store.PutManyAsync([victim, .. neighbours], Token);
        await RollAsync(store);
        await store.DeleteAsync(victim.Cid, Token);

        // The segment with the tombstone goes; the one with the deleted record is dense and stays.
        for (var i = 0; i < 3; i++)
        {
            await RollAsync(store);
            await store.CompactAsync(0.5, Token);
        }

        store = await RebuildAsync(store);
        Assert.False(await store.HasAsync(victim.Cid, Token));
        await AssertHasAsync(store, neighbours);

        // When the older segment goes too, nobody needs the tombstone.
        foreach (var block in neighbours)
            await store.DeleteAsync(block.Cid, Token);
        for (var i = 0; i < 5; i++)
            await store.CompactAsync(0.5, Token);
        Assert.Equal(0, (await store.CompactAsync(0.5, Token)).Segments);
        store = await RebuildAsync(store);
        Assert.Equal(0, store.Recovery.ReplayedRecords);
        Assert.Equal(0, store.GetStatistics().Blocks);
    }

    [Fact]
    public async Task Compact_BlockPutAgainAfterItsDeletion_Stays()
    {
        var store = await OpenAsync();
        var block = TestBlocks.Raw(1, 1000);
        var neighbours = TestBlocks.RawMany(100, 58, 1000);
        await store.PutManyAsync([block, .. neighbours], Token);
        await RollAsync(store);
        await store.DeleteAsync(block.Cid, Token);
        await RollAsync(store);
        await store.PutAsync(block, Token);
        for (var i = 0; i < 3; i++)
        {
            await RollAsync(store);
            await store.CompactAsync(0.9, Token);
        }

        store = await RebuildAsync(store);
        await AssertHasAsync(store, [block, .. neighbours]);
    }

    [Fact]
    public async Task Compact_WhileBlocksAreHeldAndEnumerated_DisturbsNobody()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 300, 1000);
        await store.PutManyAsync(blocks, Token);
        using var held = await store.GetAsync(blocks[0].Cid, Token);
        var listed = 0;
        await foreach (var _ in store.EnumerateAsync(Token))
        {
            if (listed++ == 10)
                await store.CompactAsync(1, Token);
        }

        Assert.Equal(300, listed);
        Assert.True(held!.Data.Span.SequenceEqual(blocks[0].Data.Span));
    }

    [Fact]
    public async Task Compact_DamagedRecord_IsReportedAndNotCopied()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 3, 1000);
        await store.PutManyAsync(blocks, Token);
        Files.Flip(SegmentFiles()[0], 64 + 64 + 9);
        var reported = new List<DamagedBlock>();
        store.BlockDamaged += (_, args) => reported.Add(args.Block);
        Assert.Equal(1, (await store.CompactAsync(1, Token)).Segments);
        Assert.Equal(blocks[0].Cid.Hash, Assert.Single(reported).Hash);
        await AssertHasAsync(store, blocks[1..]);
    }

    [Fact]
    public async Task Compact_WhileOthersWriteReadAndDelete_KeepsWhatIsThere()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 200, 900);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var compaction = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await store.CompactAsync(0.95, Token);
                    await store.CheckpointAsync(Token);
                    await store.ScrubAsync(Token);
                }
            },
            Token);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(
            async () =>
            {
                // Each worker owns a quarter of the blocks and knows which of them are there.
                var random = new Random(worker);
                var here = new bool[blocks.Length];
                for (var step = 0; step < 600; step++)
                {
                    var index = (random.Next(blocks.Length / 4) * 4) + worker;
                    var block = blocks[index];
                    using (var found = await store.GetAsync(block.Cid, Token))
                        Assert.Equal(here[index], found is not null);
                    if (here[index] && random.Next(2) == 0)
                        Assert.True(await store.DeleteAsync(block.Cid, Token));
                    else
                        await store.PutAsync(block, Token);
                    here[index] = !here[index] || await store.HasAsync(block.Cid, Token);
                }
            },
            Token)));
        await stop.CancelAsync();
        await compaction;
        Assert.Equal(0, store.GetStatistics().DamagedBlocks);
        var present = new List<Block>();
        foreach (var block in blocks)
        {
            if (await store.HasAsync(block.Cid, Token))
                present.Add(block);
        }

        store = await CrashAndOpenAsync(store);
        Assert.Empty(store.Recovery.Damaged);
        Assert.Equal(present.Count, store.GetStatistics().Blocks);
        await AssertHasAsync(store, present);
    }

    [Fact]
    public async Task Maintenance_LeftToItself_SealsCompactsAndCheckpoints()
    {
        var store = await OpenAsync(options =>
        {
            options.AutomaticMaintenance = true;
            options.CheckpointIntervalBytes = 64 << 10;
        });
        var blocks = TestBlocks.RawMany(1, 400, 1000);
        await store.PutManyAsync(blocks, Token);
        foreach (var block in blocks)
            await store.DeleteAsync(block.Cid, Token);
        for (var i = 0; store.GetStatistics().DiskBytes > 150_000; i++)
        {
            Assert.True(i < 10_000, "the maintenance gave nothing back");
            Time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
            await store.PutAsync(TestBlocks.Raw(10_000 + i, 10), Token);
        }

        Assert.Contains(Files.ListFiles("/data"), name => name.StartsWith("checkpoint-", StringComparison.Ordinal));
    }

    // A segment is ended when the next record does not fit.
    private static async Task RollAsync(SegmentBlockStore store)
    {
        var segments = store.GetStatistics().Segments;
        for (var seed = 0; store.GetStatistics().Segments == segments; seed++)
        {
            var filler = TestBlocks.Raw(1_000_000 + seed, 20_000);
            await store.PutAsync(filler, Token);
            await store.DeleteAsync(filler.Cid, Token);
        }
    }

    private async Task<SegmentBlockStore> RebuildAsync(SegmentBlockStore store)
    {
        await store.DisposeAsync();
        foreach (var name in Files.ListFiles("/data").Where(name => name.StartsWith("checkpoint-", StringComparison.Ordinal)))
            Files.Delete("/data/" + name);
        return await OpenAsync();
    }
}
