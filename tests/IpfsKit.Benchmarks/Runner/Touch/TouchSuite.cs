using System.Diagnostics;
using IpfsKit.Grains.Heat;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Runner.Touch;

/// <summary><c>touch</c>: what counting an access adds to a read.</summary>
internal static class TouchSuite
{
    private const int Roots = 1024;
    private const int ReadBytes = 1 << 20;

    public static async Task RunAsync(RunContext context)
    {
        var touches = context.Options.Size(10_000_000, 10_000);
        var roots = new Cid[Roots];
        for (var i = 0; i < Roots; i++)
            roots[i] = Cid.CreateV1(Multicodec.DagPb, MultihashAlgorithm.Compute(Multicodec.Sha2_256, BitConverter.GetBytes(i)));

        var aggregator = new TouchAggregator();
        context.Report(await Rounds.MedianAsync(context, "touch", () => Task.FromResult(MeasureNanoseconds(aggregator, roots, touches))));
        context.Report(await Rounds.MedianAsync(context, "touch.allocated", () => Task.FromResult(MeasureBytes(aggregator, roots, touches))));
    }

    /// <summary>Every core reads all the time, every second read is of one hot root: nanoseconds per touch on its core.</summary>
    private static double MeasureNanoseconds(TouchAggregator aggregator, Cid[] roots, int touches)
    {
        var threads = Environment.ProcessorCount;
        var start = Stopwatch.GetTimestamp();
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => Touch(aggregator, roots, touches));
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / touches;
    }

    private static double MeasureBytes(TouchAggregator aggregator, Cid[] roots, int touches)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Touch(aggregator, roots, touches);
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / touches;
    }

    private static void Touch(TouchAggregator aggregator, Cid[] roots, int touches)
    {
        for (var i = 0; i < touches; i++)
            aggregator.Record(roots[(i & 1) == 0 ? 0 : i & (Roots - 1)], ReadBytes);
    }
}
