using System.Diagnostics.Metrics;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Storage.Tests.Segments;

public sealed class GroupCommitTests : SegmentStoreTest
{
    [Fact]
    public async Task Puts_WhileASyncIsUnderWay_ShareTheNext()
    {
        var store = await OpenAsync(options => options.SegmentBytes = 1 << 20);
        await store.PutAsync(TestBlocks.Raw(0), Token);
        using var syncing = new ManualResetEventSlim();
        using var proceed = new ManualResetEventSlim();
        var syncs = 0;
        Files.BeforeSync = _ =>
        {
            Interlocked.Increment(ref syncs);
            syncing.Set();
            proceed.Wait(Token);
        };
        var first = Task.Run(async () => await store.PutAsync(TestBlocks.Raw(1), Token), Token);
        syncing.Wait(Token);
        var others = Enumerable.Range(2, 50).Select(seed => store.PutAsync(TestBlocks.Raw(seed), Token).AsTask()).ToArray();
        Assert.False(await store.HasAsync(TestBlocks.Raw(1).Cid, Token));
        Assert.DoesNotContain(others, put => put.IsCompleted);
        proceed.Set();
        await Task.WhenAll([first, .. others]);
        Files.BeforeSync = null;
        Assert.Equal(2, syncs);
        await AssertHasAsync(store, Enumerable.Range(0, 52).Select(seed => TestBlocks.Raw(seed)));
    }

    [Fact]
    public async Task Put_OfABlockWhoseGroupIsUnderWay_WaitsForIt()
    {
        var store = await OpenAsync();
        var block = TestBlocks.Raw(1);
        using var syncing = new ManualResetEventSlim();
        using var proceed = new ManualResetEventSlim();
        Files.BeforeSync = _ =>
        {
            syncing.Set();
            proceed.Wait(Token);
        };
        var first = Task.Run(async () => await store.PutAsync(block, Token), Token);
        syncing.Wait(Token);
        var second = store.PutAsync(block, Token).AsTask();
        Assert.False(second.IsCompleted);
        proceed.Set();
        await Task.WhenAll(first, second);
        Files.BeforeSync = null;
        Assert.Equal(1, store.GetStatistics().Blocks);

        // Header, one record, and a marker with one entry.
        Assert.Equal(64 + (64 + 104) + (24 + 24 + 48), Files.LengthOf(SegmentFiles()[0]));
    }

    [Fact]
    public async Task Put_OfABlockThatIsDurable_WritesNothing()
    {
        var store = await OpenAsync();
        var block = TestBlocks.Raw(1);
        await store.PutAsync(block, Token);
        Files.FailWrites = _ => true;
        var put = store.PutAsync(block, Token);
        Assert.True(put.IsCompletedSuccessfully);
        await put;
    }

    [Fact]
    public async Task Put_WhenTheQueueIsFull_WaitsAndCanBeCancelled()
    {
        var store = await OpenAsync(options => options.MaxPendingRecords = 2);
        using var syncing = new ManualResetEventSlim();
        using var proceed = new ManualResetEventSlim();
        Files.BeforeSync = _ =>
        {
            syncing.Set();
            proceed.Wait(Token);
        };
        var first = Task.Run(async () => await store.PutAsync(TestBlocks.Raw(1), Token), Token);
        syncing.Wait(Token);
        var second = store.PutAsync(TestBlocks.Raw(2), Token).AsTask();
        using var cancel = new CancellationTokenSource();
        var third = store.PutAsync(TestBlocks.Raw(3), cancel.Token).AsTask();
        var fourth = store.PutAsync(TestBlocks.Raw(4), Token).AsTask();
        Assert.Equal(2, store.GetStatistics().PendingRecords);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        proceed.Set();
        await Task.WhenAll(first, second, fourth);
        Files.BeforeSync = null;
        Assert.False(await store.HasAsync(TestBlocks.Raw(3).Cid, Token));
        Assert.Equal(0, store.GetStatistics().PendingRecords);
    }

    [Fact]
    public async Task PutMany_LargerThanAllBounds_Completes()
    {
        var store = await OpenAsync(options =>
        {
            options.MaxPendingRecords = 10;
            options.MaxPendingBytes = 1 << 20;
        });
        var blocks = TestBlocks.RawMany(1, 9000, 30);
        await store.PutManyAsync(blocks, Token);
        Assert.Equal(9000, store.GetStatistics().Blocks);
    }

    [Fact]
    public async Task Dispose_WithPutsUnderWay_WritesWhatWasAdmitted()
    {
        var store = await OpenAsync();
        var puts = Enumerable.Range(1, 40).Select(seed => (Seed: seed, Task: Task.Run(async () => await store.PutAsync(TestBlocks.Raw(seed), Token), Token))).ToArray();
        await store.DisposeAsync();
        var again = await OpenAsync();
        foreach (var (seed, task) in puts)
        {
            await Task.WhenAny(task);
            if (task.IsCompletedSuccessfully)
                await AssertHasAsync(again, TestBlocks.Raw(seed));
            else
                Assert.IsType<ObjectDisposedException>(task.Exception!.InnerException);
        }
    }

    [Fact]
    public async Task Meter_OfAStore_HasTheDocumentedInstruments()
    {
        var seen = new Dictionary<string, string?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "IpfsKit.Storage" && instrument.Name.StartsWith("ipfskit.storage.", StringComparison.Ordinal))
                {
                    seen[instrument.Name] = instrument.Unit;
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.Start();
        var store = await OpenAsync();
        await store.PutAsync(TestBlocks.Raw(1), Token);
        listener.RecordObservableInstruments();
        Assert.Equal("s", seen["ipfskit.storage.sync.duration"]);
        Assert.Equal("s", seen["ipfskit.storage.group.duration"]);
        Assert.Equal("{record}", seen["ipfskit.storage.group.size"]);
        Assert.Equal("By", seen["ipfskit.storage.written"]);
        Assert.Equal("By", seen["ipfskit.storage.disk"]);
        Assert.Equal("{block}", seen["ipfskit.storage.blocks"]);
    }
}
