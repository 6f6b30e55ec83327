using System.Security.Cryptography;

namespace IpfsKit.Benchmarks.Runner.Import;

/// <summary><c>import</c>: a file of 1 GiB from the page cache into the durable store.</summary>
internal static class ImportSuite
{
    public static async Task RunAsync(RunContext context)
    {
        var bytes = context.Options.Size(1L << 30, 8L << 20);
        using var directory = context.CreateDirectory("import", 3 * bytes);
        var source = directory.File("source");
        WriteSource(source, bytes);
        var peaks = new List<double>();
        var figures = await Rounds.CompareAsync(
            context,
            ["import.1GiB"],
            async () =>
            {
                using var store = context.CreateDirectory("store", bytes);
                await using var child = ImportChild.Start(source, store.Path);
                var (speed, peak) = await ImportChild.ReadAsync(child);
                peaks.Add(peak);
                return [speed];
            },
            async () => [await ImportFloor.RunAsync(source, directory.File("floor"))]);
        context.Report(figures[0]);
        context.Report(Figure.Create("import.1GiB.peak-rss", peaks.Max()));
    }

    /// <summary>Random bytes, on the disk and in the page cache: nothing is left to be written back while we measure.</summary>
    private static void WriteSource(string path, long bytes)
    {
        var block = new byte[1 << 20];
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        for (var offset = 0L; offset < bytes; offset += block.Length)
        {
            RandomNumberGenerator.Fill(block);
            RandomAccess.Write(file, block, offset);
        }

        RandomAccess.FlushToDisk(file);
    }
}
