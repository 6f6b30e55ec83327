namespace IpfsKit.Benchmarks.Budgets;

/// <summary>Counts managed bytes per operation: no timing, so a busy machine changes nothing.</summary>
internal static class AllocationMeter
{
    private const int WarmUpCalls = 50;
    private const int Rounds = 5;
    private const int CallsPerRound = 100;

    /// <summary>The bytes that one operation allocates once pools are filled and statics made: the least of several rounds.</summary>
    public static double Measure(string benchmark)
    {
        using var invocation = BenchmarkInvocation.Create(benchmark);
        var invoke = invocation.Invoke;
        for (var i = 0; i < WarmUpCalls; i++)
            invoke();
        var least = long.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var before = Allocated(invocation.IsAsync);
            for (var i = 0; i < CallsPerRound; i++)
                invoke();
            least = Math.Min(least, Allocated(invocation.IsAsync) - before);
        }

        return (double)least / CallsPerRound / invocation.OperationsPerInvoke;
    }

    private static long Allocated(bool everyThread) =>
        everyThread ? GC.GetTotalAllocatedBytes(precise: true) : GC.GetAllocatedBytesForCurrentThread();
}
