using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Liveness;
using IpfsKit.Storage.Tests.Liveness;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Storage.Tests.Segments;

/// <summary>The disk refuses to read, for a while or for good: nothing is given up for that, and nothing else is held up.</summary>
public sealed class UnreadableSectorTests : SegmentStoreTest
{
    private const int RecordBytes = 64 + 1000;

    [Theory]
    [InlineData(1000)]
    [InlineData(100_000)]
    public async Task Get_DiskRefusesToRead_ThrowsAndTheBlockIsThereAgainLater(int size)
    {
        var store = await OpenAsync();
        var block = TestBlocks.Raw(1, size);
        await store.PutAsync(block, Token);
        Files.FailReads = path => path == SegmentFiles()[0];
        for (var i = 0; i < 2; i++)
        {
            var refused = await Assert.ThrowsAsync<StorageReadException>(async () => await store.GetAsync(block.Cid, Token));
            Assert.Equal((SegmentFiles()[0], 64), (refused.Path, refused.Offset));
        }

        await Assert.ThrowsAsync<StorageReadException>(async () => await store.GetSizeAsync(block.Cid, Token));
        Files.FailReads = null;
        await AssertHasAsync(store, block);
        Assert.Equal(0, store.GetStatistics().DamagedBlocks);
        Assert.Null(store.Failure);
    }

    [Fact]
    public async Task Compact_AfterARefusedRead_LosesNothing()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 20, 1000);
        await store.PutManyAsync(blocks, Token);
        RefuseRecord(5);
        await Assert.ThrowsAsync<StorageReadException>(async () => await store.GetAsync(blocks[5].Cid, Token));

        // The others move, and the segment stays for the sake of one.
        Assert.Equal(0, (await store.CompactAsync(1, Token)).Segments);
        await AssertHasAsync(store, blocks.Where((_, i) => i != 5));
        Files.FailReadsAt = null;
        await AssertHasAsync(store, blocks);
        Assert.True((await store.CompactAsync(1, Token)).Segments > 0);
        Assert.DoesNotContain("/data/seg-00000001.dat", SegmentFiles());
        await AssertHasAsync(store, blocks);
    }

    [Fact]
    public async Task Compact_TombstoneOfASegmentThatCannotBeRead_IsKept()
    {
        var store = await OpenAsync();
        var victim = TestBlocks.Raw(1, 1000);
        var neighbours = TestBlocks.RawMany(100, 55, 1000);
        await store.PutManyAsync([victim, .. neighbours], Token);
        await store.PutAsync(TestBlocks.Raw(900, 30_000), Token);
        await store.DeleteAsync(victim.Cid, Token);
        await store.DeleteAsync(TestBlocks.Raw(900, 30_000).Cid, Token);
        var first = SegmentFiles()[0];
        Files.FailReads = path => path == first;
        Assert.True((await store.CompactAsync(0.5, Token)).Segments > 0);
        Files.FailReads = null;
        await store.DisposeAsync();
        Files.Delete(TheFile("checkpoint-"));
        store = await OpenAsync();
        Assert.False(await store.HasAsync(victim.Cid, Token));
        await AssertHasAsync(store, neighbours);
    }

    [Fact]
    public async Task Put_OfABlockThatCannotBeRead_WritesItToAnotherPlace()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 3, 1000);
        await store.PutManyAsync(blocks, Token);
        RefuseRecord(1);
        await store.PutAsync(blocks[1], Token);
        await AssertHasAsync(store, blocks);
        Assert.Equal(3, store.GetStatistics().Blocks);
        Assert.Equal(3 * RecordBytes, store.GetStatistics().LiveBytes);

        // Its last record counts, also for a rebuild.
        store = await CrashAndOpenAsync(store);
        Assert.Equal(3, store.GetStatistics().Blocks);
        await AssertHasAsync(store, blocks);
        Files.FailReadsAt = null;
        Assert.True(await store.DeleteAsync(blocks[1].Cid, Token));
        Assert.False(await store.HasAsync(blocks[1].Cid, Token));
    }

    [Fact]
    public async Task Delete_OfABlockThatCannotBeRead_Deletes()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 3, 1000);
        await store.PutManyAsync(blocks, Token);
        RefuseRecord(1);
        Assert.True(await store.DeleteAsync(blocks[1].Cid, Token));
        Files.FailReadsAt = null;
        store = await CrashAndOpenAsync(store);
        Assert.Equal(2, store.GetStatistics().Blocks);
        Assert.False(await store.HasAsync(blocks[1].Cid, Token));
    }

    [Fact]
    public async Task SweepAndEnumerate_RecordThatCannotBeRead_IsPassedOver()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 20, 1000);
        await store.PutManyAsync(blocks, Token);
        RefuseRecord(5);
        var listed = new HashSet<Multihash>();
        await foreach (var hash in store.EnumerateAsync(Token))
            Assert.True(listed.Add(hash));
        Assert.Equal(19, listed.Count);
        Assert.DoesNotContain(blocks[5].Cid.Hash, listed);

        var swept = await store.SweepAsync(store.BeginEpoch(), new SweepOptions { Pause = TimeSpan.Zero }, Token);
        Assert.Equal(19, swept.Blocks);
        Files.FailReadsAt = null;
        await AssertHasAsync(store, blocks[5]);
    }

    [Fact]
    public async Task Collect_NodeThatCannotBeRead_DoesNotSweepWhatItReaches()
    {
        var store = await OpenAsync();
        var leaf = TestBlocks.Raw(1);
        var node = TestDag.Node(1, leaf.Cid);
        await store.PutAsync(node, Token);
        await store.PutAsync(leaf, Token);
        var roots = new FakeRoots();
        roots.Add(node.Cid);
        using var collector = new LivenessCollector(store, roots, new LivenessCollectorOptions { Pause = TimeSpan.Zero });
        var first = SegmentFiles()[0];
        Files.FailReadsAt = (path, offset, _) => path == first && offset == 64;
        for (var i = 0; i < 2; i++)
        {
            var report = await collector.CollectAsync(cancellationToken: Token);
            Assert.Equal((1, 0, node.Cid), (report.Unreadable, report.Missing, report.FirstIncompleteRoot));
            Assert.Null(report.Swept);
        }

        Files.FailReadsAt = null;
        Assert.Equal(0, (await collector.CollectAsync(cancellationToken: Token)).Swept!.Value.Blocks);
        await AssertHasAsync(store, node, leaf);
    }

    [Fact]
    public async Task Scrub_RecordThatCannotBeRead_IsKeptAndReportedAndTheRestIsChecked()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 20, 1000);
        await store.PutManyAsync(blocks, Token);
        Files.Flip(SegmentFiles()[0], 64 + (8 * RecordBytes) + 64);

        // Only the payload: the header of the record can be read.
        RefuseRecord(5, sectorsOnly: true);
        var report = await store.ScrubAsync(Token);
        Assert.Equal(20, report.Blocks);
        Assert.Equal(blocks[8].Cid.Hash, Assert.Single(report.Damaged).Hash);
        Assert.Equal(blocks[5].Cid.Hash, Assert.Single(report.Unreadable).Hash);
        Assert.Equal(0, report.Repaired);
        Assert.True(await store.HasAsync(blocks[5].Cid, Token));

        store.RepairSource = (hash, _) => new(blocks.Single(block => block.Cid.Hash == hash));
        report = await store.ScrubAsync(Token);
        Assert.Equal(1, report.Repaired);
        await AssertHasAsync(store, blocks.Where((_, i) => i != 8));
        Assert.Empty((await store.ScrubAsync(Token)).Unreadable);
        Assert.Equal(19, store.GetStatistics().Blocks);
    }

    [Fact]
    public async Task Scrub_SegmentThatCannotBeRead_IsReportedAndTheOthersAreChecked()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 100, 1000);
        await store.PutManyAsync(blocks, Token);
        await store.SealAsync(Token);
        var first = SegmentFiles()[0];
        Files.Flip(SegmentFiles()[1], 64 + 64);
        Files.FailReads = path => path == first;
        var report = await store.ScrubAsync(Token);
        Assert.Equal((null, first), (Assert.Single(report.Unreadable).Hash, report.Unreadable[0].File));
        Assert.Single(report.Damaged);
        Files.FailReads = null;
        Assert.Empty((await store.ScrubAsync(Token)).Unreadable);
    }

    [Fact]
    public async Task Scrub_FooterThatCannotBeRead_ReadsTheGroupsInstead()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 100, 1000);
        await store.PutManyAsync(blocks, Token);
        var first = SegmentFiles()[0];
        var end = Files.LengthOf(first);
        await store.SealAsync(Token);
        Files.FailReadsAt = (path, offset, length) => path == first && offset + length > end;
        var report = await store.ScrubAsync(Token);
        Assert.Equal(100, report.Blocks);
        Assert.Empty(report.Unreadable);
    }

    [Fact]
    public async Task Scrub_BlockWhoseHashProvesNothing_ChecksItsRecordAndGoesOn()
    {
        var store = await OpenAsync();
        var bytes = new byte[] { 1, 2, 3 };
        Assert.Throws<UnsupportedHashException>(() => Block.Create(Multicodec.Raw, bytes, Multicodec.Murmur3X64_64));
        var murmur = Block.CreateTrusted(Cid.CreateV1(Multicodec.Raw, MultihashAlgorithm.Compute(Multicodec.Murmur3X64_64, bytes)), bytes);
        var cut = Block.CreateTrusted(Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Sha2_256, new byte[8])), bytes);
        await store.PutManyAsync([murmur, cut], Token);
        var report = await store.ScrubAsync(Token);
        Assert.Equal(2, report.Blocks);
        Assert.Empty(report.Damaged);
        Files.Flip(SegmentFiles()[0], 64 + 40);
        Assert.Equal(murmur.Cid.Hash, Assert.Single((await store.ScrubAsync(Token)).Damaged).Hash);
    }

    [Fact]
    public async Task BlockDamaged_HandlerThatThrows_HarmsNobody()
    {
        var store = await OpenAsync();
        var blocks = TestBlocks.RawMany(1, 3, 1000);
        await store.PutManyAsync(blocks, Token);
        var told = 0;
        store.BlockDamaged += (_, _) => throw new InvalidOperationException("A fault of the subscriber.");
        store.BlockDamaged += (_, _) => told++;
        Files.Flip(SegmentFiles()[0], 64 + 12);

        // Found by a deletion, on the committer's turn.
        Assert.False(await store.DeleteAsync(blocks[0].Cid, Token));
        Assert.Equal(1, told);
        Assert.Null(store.Failure);
        await store.PutAsync(blocks[0], Token);
        await AssertHasAsync(store, blocks);
    }

    // Exactly the record, or only the sectors that are its own.
    private void RefuseRecord(int index, bool sectorsOnly = false)
    {
        var segment = SegmentFiles()[0];
        var start = 64 + (index * (long)RecordBytes);
        var end = start + RecordBytes;
        if (sectorsOnly)
            (start, end) = ((start + 511) / 512 * 512, end / 512 * 512);
        Files.FailReadsAt = (path, offset, length) => path == segment && offset < end && offset + length > start;
    }
}
