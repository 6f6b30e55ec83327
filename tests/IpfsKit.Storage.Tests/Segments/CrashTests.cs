using IpfsKit.TestKit;
using IpfsKit.TestKit.Files;

namespace IpfsKit.Storage.Tests.Segments;

/// <summary>Loses power at random moments, many times, over a file system that keeps as little as it may.</summary>
public sealed class CrashTests
{
    private const int CrashesPerStore = 5;
    private const int StepsPerLife = 40;

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
    }

    private static async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        var files = new FaultFileSystem(seed) { ShortReads = seed % 3 == 0 };
        var model = new CrashModel(random, keys: 60);
        for (var crash = 0; crash < CrashesPerStore; crash++)
        {
            // Sometimes power is lost while the store recovers from the last time.
            for (var i = random.Next(3); i > 0; i--)
            {
                files.CrashAfter(random.Next(1, 25));
                await LiveAsync(files, model, random, check: false);
                files.Restart();
            }

            await using (var store = await OpenAsync(files))
            {
                Assert.Empty(store.Recovery.Damaged);
                await model.CheckAsync(store, Token);
                Assert.Empty((await store.ScrubAsync(Token)).Damaged);
            }

            files.CrashAfter(random.Next(1, 250));
            await LiveAsync(files, model, random, check: true);
            if (!files.IsCrashed)
                files.Crash();
            files.Restart();
        }

        await using var last = await OpenAsync(files);
        await model.CheckAsync(last, Token);
    }

    private static async Task LiveAsync(FaultFileSystem files, CrashModel model, Random random, bool check)
    {
        SegmentBlockStore? store = null;
        try
        {
            store = await OpenAsync(files);
            if (check)
                await model.CheckAsync(store, Token);
            for (var step = 0; step < StepsPerLife; step++)
                await StepAsync(store, files, model, random);
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

    private static async Task StepAsync(SegmentBlockStore store, FaultFileSystem files, CrashModel model, Random random)
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
                await Put(model.Choose(12));
                break;
        }

        Task Put(int[] chosen) => model.ChangeAsync(chosen, toPresent: true, () => store.PutManyAsync(model.Blocks(chosen), Token).AsTask());
    }

    private static Task<SegmentBlockStore> OpenAsync(FaultFileSystem files) => SegmentBlockStore.OpenAsync(
        new SegmentStoreOptions
        {
            Directory = "/data",
            SegmentBytes = 64 << 10,
            AutomaticMaintenance = false,
            CompactionBytesPerSecond = 0,
            ScrubBytesPerSecond = 0,
        },
        files,
        cancellationToken: Token);
}
