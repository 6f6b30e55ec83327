using System.Globalization;
using IpfsKit.Storage.Segments;

namespace IpfsKit.Benchmarks.Runner.Store;

/// <summary>Measures what the index of that many blocks adds to a process, growth included: resident memory, so that nothing hides from it.</summary>
internal static class IndexMemory
{
    /// <summary>The role of the child process.</summary>
    public const string ChildRole = "index-memory";

    private const int WarmUpEntries = 1000;

    /// <summary>Starts a process that fills an index from empty.</summary>
    public static ChildProcess Start(int entries) => ChildProcess.Start(ChildRole, [entries.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Its answer in MiB: the peak of its memory, less what it had before.</summary>
    public static async Task<double> ReadAsync(ChildProcess child) =>
        long.Parse(await child.ReadRequiredLineAsync(), CultureInfo.InvariantCulture) / (double)(1 << 20);

    /// <summary>The child's work.</summary>
    public static int Measure(int entries)
    {
        using (var warmUp = new StoreIndex())
            Fill(warmUp, WarmUpEntries);
        GC.Collect();
        var before = ProcessMemory.ResidentBytes;
        using var index = new StoreIndex();
        Fill(index, entries);
        Console.WriteLine((ProcessMemory.PeakResidentBytes - before).ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    private static void Fill(StoreIndex index, int entries)
    {
        var random = new Random(1);
        for (var i = 0; i < entries; i++)
        {
            var location = new RecordLocation(1 + (i / 60_000), (uint)(i % 60_000) * 4096, 4096);
            index.Insert((ulong)random.NextInt64(long.MinValue, long.MaxValue), location, stamp: 1);
        }
    }
}
