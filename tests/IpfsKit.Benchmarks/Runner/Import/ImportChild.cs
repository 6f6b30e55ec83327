using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using IpfsKit.Benchmarks.Runner.Store;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Benchmarks.Runner.Import;

/// <summary>Imports a file in a process of its own, so that its peak memory is that of an import and nothing else.</summary>
internal static class ImportChild
{
    /// <summary>The role of the child process.</summary>
    public const string ChildRole = "import";

    private const int WarmUpBytes = 8 << 20;

    /// <summary>Starts an import.</summary>
    public static ChildProcess Start(string source, string store) => ChildProcess.Start(ChildRole, [source, store]);

    /// <summary>Its speed in GiB/s and its peak resident memory in MiB.</summary>
    public static async Task<(double GiBPerSecond, double PeakMiB)> ReadAsync(ChildProcess child) =>
        (double.Parse(await child.ReadRequiredLineAsync(), CultureInfo.InvariantCulture),
            double.Parse(await child.ReadRequiredLineAsync(), CultureInfo.InvariantCulture));

    /// <summary>The child's work: a small import to compile the code, then the file.</summary>
    public static async Task<int> RunAsync(string source, string directory)
    {
        await using (var store = await SegmentStores.OpenAsync(Path.Combine(directory, "warm-up")))
        {
            using var warmUp = new MemoryStream(RandomNumberGenerator.GetBytes(WarmUpBytes), writable: false);
            await new UnixFsImporter(store).ImportFileAsync(warmUp);
        }

        await using (var store = await SegmentStores.OpenAsync(Path.Combine(directory, "store")))
        {
            await using var file = new FileStream(
                source, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan });
            var start = Stopwatch.GetTimestamp();
            var result = await new UnixFsImporter(store).ImportFileAsync(file);
            var speed = Stopwatches.GiBPerSecond(result.FileBytes, start);
            if (result.FileBytes != file.Length || !await store.HasAsync(result.Root))
                throw new InvalidOperationException($"The import of {file.Length} bytes made {result.Root} of {result.FileBytes} bytes.");
            Console.WriteLine(speed.ToString("r", CultureInfo.InvariantCulture));
        }

        Console.WriteLine((ProcessMemory.PeakResidentBytes / (double)(1 << 20)).ToString("r", CultureInfo.InvariantCulture));
        return 0;
    }
}
