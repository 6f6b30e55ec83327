using System.Diagnostics;

namespace IpfsKit.Benchmarks.Runner;

/// <summary>Rates from wall-clock time.</summary>
internal static class Stopwatches
{
    /// <summary>The GiB/s of bytes moved since <paramref name="start"/>, a <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public static double GiBPerSecond(long bytes, long start) => bytes / (double)(1 << 30) / Stopwatch.GetElapsedTime(start).TotalSeconds;

    /// <summary>The operations per second since <paramref name="start"/>.</summary>
    public static double PerSecond(long operations, long start) => operations / Stopwatch.GetElapsedTime(start).TotalSeconds;
}
