using System.Diagnostics;
using IpfsKit.Benchmarks.Runner.Register;
using IpfsKit.Grains;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Benchmarks.Runner.Cluster;

/// <summary>What content grains cost: their answers, their memory, their registration beside a million others.</summary>
internal static class RootFigures
{
    private const int Outstanding = 64;

    /// <summary><c>cluster.stat</c>.</summary>
    public static async Task MeasureStatAsync(RunContext context)
    {
        var count = context.Options.Size(10_000, 100);
        using var directory = context.CreateDirectory("silo", 64L << 20);
        await using var silo = await InProcessSilo.StartAsync(directory.Path);
        await RegistrationLoop.RunAsync(silo, 0, count);
        var grains = silo.Services.GetRequiredService<IGrainFactory>();
        var contents = Enumerable.Range(0, count).Select(i => grains.GetContentGrain(RegistrationLoop.RootOf(i))).ToArray();
        var bare = contents.Select(content => grains.GetGrain<IBareGrain>(content.GetPrimaryKeyString())).ToArray();
        for (var i = 0; i < count; i++)
            await bare[i].SetAsync((await contents[i].StatAsync())!);
        var figures = await Rounds.CompareAsync(
            context,
            ["cluster.stat"],
            async () => [await AskAsync(count, i => contents[i].StatAsync())],
            async () => [await AskAsync(count, i => bare[i].GetAsync())]);
        context.Report(figures[0]);
    }

    /// <summary><c>cluster.roots</c>, <c>cluster.roots.memory</c>.</summary>
    public static async Task MeasureRootsAsync(RunContext context)
    {
        var (registered, measured, active) = (context.Options.Size(1_000_000, 2000), context.Options.Size(50_000, 200), context.Options.Size(100_000, 1000));
        using var directory = context.CreateDirectory("silo", (registered + measured) * 2048L);
        await using var silo = await InProcessSilo.StartAsync(directory.Path);
        await RegistrationLoop.RunAsync(silo, 0, registered);
        var start = Stopwatch.GetTimestamp();
        await RegistrationLoop.RunAsync(silo, registered, registered + measured);
        context.Report(Figure.Create("cluster.roots", Stopwatches.PerSecond(measured, start)));

        var grains = silo.Services.GetRequiredService<IGrainFactory>();
        // Others, which stay active meanwhile: what their kind needs once is there then.
        await AskAsync(Math.Min(active, 500), i => grains.GetContentGrain(RegistrationLoop.RootOf(registered - 1 - i)).StatAsync());
        var before = Settle();
        await AskAsync(active, i => grains.GetContentGrain(RegistrationLoop.RootOf(i)).StatAsync());
        var added = Settle() - before;
        context.Report(Figure.Create("cluster.roots.memory", (double)added / active));
    }

    private static async Task<double> AskAsync(int count, Func<int, ValueTask<ContentInfo?>> ask)
    {
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Outstanding).Select(async worker =>
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            for (var i = worker; i < count; i += Outstanding)
            {
                if (await ask(i) is null)
                    throw new InvalidOperationException($"Root {i} is not there.");
            }
        }));
        return Stopwatches.PerSecond(count, start);
    }

    /// <summary>Managed memory after collections, in bytes: what the grains themselves hold.</summary>
    private static long Settle()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
