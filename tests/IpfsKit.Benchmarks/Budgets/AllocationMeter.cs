using System.Diagnostics;

namespace IpfsKit.Benchmarks.Budgets;

/// <summary>Counts managed bytes per operation: no timing, so a busy machine changes nothing.</summary>
internal static class AllocationMeter
{
    private const int MaxWarmUpCalls = 50;
    private const int MaxCallsPerRound = 100;
    private const int Rounds = 5;

    // Where every thread counts, so do those that have nothing to do with it: a pool that a collection trims, a timer.
    private const int AsyncRounds = 20;

    // Only how often a method is called depends on time, never the result; a large operation needs few calls.
    private static readonly TimeSpan Enough = TimeSpan.FromMilliseconds(100);

    /// <summary>The bytes that one operation allocates once pools are filled and statics made: the least of several rounds.</summary>
    public static double Measure(string benchmark)
    {
        using var invocation = BenchmarkInvocation.Create(benchmark);
        var invoke = invocation.Invoke;
        var calls = Math.Clamp(Run(invoke, MaxWarmUpCalls), 2, MaxCallsPerRound);
        var least = long.MaxValue;
        for (var round = 0; round < (invocation.IsAsync ? AsyncRounds : Rounds); round++)
        {
            var before = Allocated(invocation.IsAsync);
            for (var i = 0; i < calls; i++)
                invoke();
            least = Math.Min(least, Allocated(invocation.IsAsync) - before);
        }

        return (double)least / calls / invocation.OperationsPerInvoke;
    }

    /// <summary>Calls up to so many times; returns the calls that fit the time, doubled if all did.</summary>
    private static int Run(Action invoke, int maxCalls)
    {
        var start = Stopwatch.GetTimestamp();
        for (var calls = 1; calls <= maxCalls; calls++)
        {
            invoke();
            if (Stopwatch.GetElapsedTime(start) > Enough)
                return calls;
        }

        return 2 * maxCalls;
    }

    private static long Allocated(bool everyThread) =>
        everyThread ? GC.GetTotalAllocatedBytes(precise: true) : GC.GetAllocatedBytesForCurrentThread();
}
