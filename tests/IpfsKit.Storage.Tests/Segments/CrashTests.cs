using IpfsKit.TestKit;
using IpfsKit.TestKit.Files;

namespace IpfsKit.Storage.Tests.Segments;

/// <summary>Loses power at random moments, many times, over a file system that keeps as little as it may.</summary>
public sealed class CrashTests
{
    private const int CrashesPerStore = 5;
    private const int StepsPerLife = 40;

    private long _stretches;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Crashes_AtRandomMoments_LoseNothingAcknowledgedAndShowNothingDamaged()
    {
        // The full count runs in the test command too: a crash takes a few milliseconds.
        var stores = Soak.Count(200, 2000);
        await Parallel.ForAsync(0, stores, Token, async (seed, _) =>
        {
            try
            {
                await RunAsync(seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Seed {seed} failed.", exception);
            }
        });
        Assert.True(_stretches > 10, "hardly any group went out in stretches");
    }

    private async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        var files = new FaultFileSystem(seed) { ShortReads = seed % 3 == 0 };

        // One in ten has blocks that are written from where they are, in groups that go out in stretches.
        var isLarge = seed % 10 == 7;
        var largest = isLarge ? 120 : 12;
        var segmentBytes = isLarge ? 16 << 20 : 64 << 10;
        var model = new CrashModel(random, isLarge ? 120 : 60, key => isLarge ? 20_000 + (key * 1_501) : key % 7 == 0 ? 6000 + key : key * 13 % 700);
        for (var crash = 0; crash < CrashesPerStore; crash++)
        {
            // Sometimes power is lost while the store recovers from the last time.
            for (var i = random.Next(3); i > 0; i--)
            {
                files.CrashAfter(random.Next(1, 25));
                await LiveAsync(files, model, random, largest, segmentBytes, check: false);
                files.Restart();
            }

            await using (var store = await OpenAsync(files, segmentBytes))
            {
                Assert.Empty(store.Recovery.Damaged);
                await model.CheckAsync(store, Token);
                Assert.Empty((await store.ScrubAsync(Token)).Damaged);
            }

            files.CrashAfter(random.Next(1, 250));
            await LiveAsync(files, model, random, largest, segmentBytes, check: true);
            if (!files.IsCrashed)
                files.Crash();
            files.Restart();
        }

        await using var last = await OpenAsync(files, segmentBytes);
        await model.CheckAsync(last, Token);
        Interlocked.Add(ref _stretches, files.Writebacks);
    }

    private static async Task LiveAsync(FaultFileSystem files, CrashModel model, Random random, int largest, int segmentBytes, bool check)
    {
        SegmentBlockStore? store = null;
        try
        {
            store = await OpenAsync(files, segmentBytes);
            if (check)
                await model.CheckAsync(store, Token);
            for (var step = 0; step < StepsPerLife; step++)
                await StepAsync(store, files, model, random, largest);
        }
        catch (IOException exception) when (exception is SimulatedCrashException)
        {
            Assert.True(files.IsCrashed);
        }
        catch (StorageFailedException)
        {
            Assert.True(files.IsCrashed);
        }
        finally
        {
            // The process may end before or after power does.
            if (store is not null)
                await store.DisposeAsync();
        }
    }

    private static async Task StepAsync(SegmentBlockStore store, FaultFileSystem files, CrashModel model, Random random, int largest)
    {
        switch (random.Next(12))
        {
            case 0:
                await store.CheckpointAsync(Token);
                break;
            case 1:
                await store.CompactAsync(random.NextDouble(), Token);
                break;
            case 2:
                await store.SealAsync(Token);
                break;
            case 3:
                await model.SweepAsync(store, files, Token);
                break;
            case 4 or 5:
                var deleted = model.Choose(3);
                await model.ChangeAsync(deleted, toPresent: false, async () =>
                {
                    foreach (var block in model.Blocks(deleted))
                        await store.DeleteAsync(block.Cid, Token);
                });
                break;
            case 6:
                var (first, second) = (model.Choose(10), model.Choose(10));
                await Task.WhenAll(Put(first), Put(second));
                break;
            default:
                await Put(model.Choose(largest));
                break;
        }

        Task Put(int[] chosen) => model.ChangeAsync(chosen, toPresent: true, () => store.PutManyAsync(model.Blocks(chosen), Token).AsTask());
    }

    private static Task<SegmentBlockStore> OpenAsync(FaultFileSystem files, int segmentBytes) => SegmentBlockStore.OpenAsync(
        new SegmentStoreOptions
        {
            Directory = "/data",
            SegmentBytes = segmentBytes,
            AutomaticMaintenance = false,
            CompactionBytesPerSecond = 0,
            ScrubBytesPerSecond = 0,
        },
        files,
        cancellationToken: Token);
}
