using System.Diagnostics;
using IpfsKit.Grains;
using IpfsKit.Grains.Content;
using IpfsKit.Multiformats;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Benchmarks.Runner.Register;

/// <summary><c>register</c>: how many roots a second a silo makes durable and visible.</summary>
internal static class RegisterSuite
{
    private const int Outstanding = 64;

    public static async Task RunAsync(RunContext context)
    {
        var roots = context.Options.Size(50_000, 200);
        using var directory = context.CreateDirectory("silo", (context.Options.Rounds + 1) * roots * 2048L);
        await using var silo = await InProcessSilo.StartAsync(directory.Path);
        var registrar = silo.Services.GetRequiredService<ContentRegistrar>();
        var next = 0;
        context.Report(await Rounds.MedianAsync(context, "register", async () =>
        {
            var first = next;
            next += roots;
            var cpu = Environment.CpuUsage.TotalTime;
            var collections = GC.CollectionCount(0);
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Outstanding).Select(worker => RegisterAsync(registrar, first + worker, next)));
            var rate = Stopwatches.PerSecond(roots, start);
            // On a machine that others use, the work that a registration takes says more than the clock.
            context.Note(FormattableString.Invariant(
                $"register: {(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / roots:0} µs of CPU each, {GC.CollectionCount(0) - collections} collections"));
            return rate;
        }));
    }

    /// <summary>Registers every 64th root, one after the other, the way an upload does once its blocks are stored.</summary>
    private static async Task RegisterAsync(ContentRegistrar registrar, int from, int to)
    {
        for (var i = from; i < to; i += Outstanding)
        {
            var root = new StoredRoot
            {
                Root = Cid.CreateV1(Multicodec.DagPb, MultihashAlgorithm.Compute(Multicodec.Sha2_256, BitConverter.GetBytes(i))),
                SizeBytes = 1 << 20,
                DagBytes = (1 << 20) + 256,
                Blocks = 5,
            };
            await using var ingest = registrar.Begin();
            var registration = await ingest.RegisterAsync(root);
            if (registration.Status != ContentStatus.Committed)
                throw new InvalidOperationException($"{root.Root} is {registration.Status} after its registration.");
        }
    }
}
