using System.Diagnostics;

namespace IpfsKit.Benchmarks.Runner.Register;

/// <summary><c>register</c>: how many roots a second a silo makes durable and visible.</summary>
internal static class RegisterSuite
{
    public static async Task RunAsync(RunContext context)
    {
        var roots = context.Options.Size(50_000, 200);
        using var directory = context.CreateDirectory("silo", (context.Options.Rounds + 1) * roots * 2048L);
        await using var silo = await InProcessSilo.StartAsync(directory.Path);
        var next = 0;
        context.Report(await Rounds.MedianAsync(context, "register", async () =>
        {
            var first = next;
            next += roots;
            var cpu = Environment.CpuUsage.TotalTime;
            var collections = GC.CollectionCount(0);
            var start = Stopwatch.GetTimestamp();
            await RegistrationLoop.RunAsync(silo, first, next);
            var rate = Stopwatches.PerSecond(roots, start);
            // On a machine that others use, the work that a registration takes says more than the clock.
            context.Note(FormattableString.Invariant(
                $"register: {(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / roots:0} µs of CPU each, {GC.CollectionCount(0) - collections} collections"));
            return rate;
        }));
    }
}
