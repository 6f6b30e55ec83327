using System.Diagnostics;
using IpfsKit.Ipld;
using IpfsKit.Storage;

namespace IpfsKit.Benchmarks.Runner.Store;

/// <summary><c>store</c>: the segment store beside RocksDB, the memory of its index and the time to open it.</summary>
internal static class StoreSuite
{
    private const int SmallBytes = 4 << 10;
    private const int SmallBatch = 256;
    private const int LargeBytes = 256 << 10;
    private const int LargeBatch = 32;
    private const int Million = 1_000_000;

    public static async Task RunAsync(RunContext context)
    {
        await CompareAsync(context, "4KiB", SmallBytes, SmallBatch, context.Options.Size(300_000, 500));
        await CompareAsync(context, "256KiB", LargeBytes, LargeBatch, context.Options.Size(20_000, 50));
        await IndexAsync(context);
        await OpenAsync(context);
    }

    /// <summary>
    /// One writer puts durable batches into an empty store, then one reader gets random blocks of it, all of which the page cache holds. Both stores get the
    /// same blocks in the same order.
    /// </summary>
    private static async Task CompareAsync(RunContext context, string size, int blockBytes, int batch, int gets)
    {
        var totalBytes = context.Options.Size(1L << 30, 4L << 20);
        var samples = BlockSample.Make((int)(totalBytes / blockBytes), blockBytes, seed: 1);
        var order = new Random(2).GetItems(Enumerable.Range(0, samples.Length).ToArray(), gets);
        foreach (var figure in await Rounds.CompareAsync(context, [$"store.put.{size}", $"store.get.{size}"], OursAsync, TheirsAsync))
            context.Report(figure);

        async Task<double[]> OursAsync()
        {
            using var directory = context.CreateDirectory("segments", totalBytes);
            await using var store = await SegmentStores.OpenAsync(directory.Path);
            var start = Stopwatch.GetTimestamp();
            await PutAsync(store, samples, batch);
            var puts = Stopwatches.PerSecond(samples.Length, start);
            start = Stopwatch.GetTimestamp();
            foreach (var index in order)
            {
                using var block = await store.GetAsync(samples[index].Cid) ?? throw new BlockNotFoundException(samples[index].Cid);
                Require(block.Size == blockBytes);
            }

            return [puts, Stopwatches.PerSecond(gets, start)];
        }

        Task<double[]> TheirsAsync()
        {
            using var directory = context.CreateDirectory("rocksdb", 2 * totalBytes);
            using var database = new RocksDbPeer(directory.Path);
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < samples.Length; i += batch)
                database.Put(samples.AsSpan(i, Math.Min(batch, samples.Length - i)));
            var puts = Stopwatches.PerSecond(samples.Length, start);
            database.Flush();
            start = Stopwatch.GetTimestamp();
            foreach (var index in order)
                Require(database.Get(samples[index].Cid) == blockBytes);
            return Task.FromResult<double[]>([puts, Stopwatches.PerSecond(gets, start)]);
        }
    }

    private static async Task IndexAsync(RunContext context)
    {
        var entries = context.Options.Size(Million, 10_000);
        context.Report(await Rounds.MedianAsync(context, "store.index", async () =>
        {
            await using var child = IndexMemory.Start(entries);
            return await IndexMemory.ReadAsync(child) * (Million / (double)entries);
        }));
    }

    private static async Task OpenAsync(RunContext context)
    {
        var blocks = context.Options.Size(Million, 1000);
        using var directory = context.CreateDirectory("open", (long)blocks * (SmallBytes + 128));
        await using (var store = await SegmentStores.OpenAsync(directory.Path))
            await PutAsync(store, BlockSample.Make(blocks, SmallBytes, seed: 3), SmallBatch);
        var last = BlockSample.Make(blocks, SmallBytes, seed: 3)[^1];
        context.Report(await Rounds.MedianAsync(context, "store.open", MeasureAsync));
        context.Report(await Rounds.MedianAsync(context, "store.open.rebuild", () =>
        {
            SegmentStores.DeleteCheckpoints(directory.Path);
            return MeasureAsync();
        }));

        async Task<double> MeasureAsync()
        {
            var start = Stopwatch.GetTimestamp();
            await using var store = await SegmentStores.OpenAsync(directory.Path);
            Require(await store.HasAsync(last.Cid));
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private static async Task PutAsync(SegmentBlockStore store, BlockSample[] samples, int batch)
    {
        var blocks = new List<Block>(batch);
        for (var i = 0; i < samples.Length; i += batch)
        {
            blocks.Clear();
            foreach (var sample in samples.AsSpan(i, Math.Min(batch, samples.Length - i)))
                blocks.Add(sample.ToBlock());
            await store.PutManyAsync(blocks);
        }
    }

    private static void Require(bool condition)
    {
        if (!condition)
            throw new InvalidOperationException("A store gave back something else than was put: the figures would mean nothing.");
    }
}
