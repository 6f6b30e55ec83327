using System.Diagnostics;
using System.Security.Cryptography;

namespace IpfsKit.Benchmarks.Runner.Floors;

/// <summary><c>floors</c>: what this machine does with no system of ours in the way.</summary>
internal static class FloorSuite
{
    private const int HashBlockBytes = 1 << 20;
    private const int CopyBlockBytes = 256 << 10;
    private const int CopyWorkingSetBytes = 64 << 20;
    private const int FsyncAppendBytes = 4 << 10;

    public static async Task RunAsync(RunContext context)
    {
        var options = context.Options;
        var hashBytes = options.Size(512L << 20, 4L << 20);
        await ReportAsync("floor.sha256.core", () => Hash(hashBytes, threads: 1));
        await ReportAsync("floor.sha256.all", () => Hash(hashBytes, Environment.ProcessorCount));
        await ReportAsync("floor.memcpy", () => Copy(options.Size(8L << 30, 128L << 20)));

        var appendBytes = options.Size(1L << 30, 4L << 20);
        using (var directory = context.CreateDirectory("append", appendBytes))
        {
            await ReportAsync("floor.append", () => Append(directory.File("append"), appendBytes));
            await ReportAsync("floor.fsync", () => FsyncMicroseconds(directory.File("fsync"), options.Size(200, 5)));
        }

        await using var server = await StreamServer.StartAsync(options.Size(1L << 30, 4L << 20));
        context.Report(await Rounds.MedianAsync(context, "floor.http", () => server.ReadAsync(verify: false)));

        async Task ReportAsync(string name, Func<double> measure) =>
            context.Report(await Rounds.MedianAsync(context, name, () => Task.FromResult(measure())));
    }

    private static double Hash(long bytesPerThread, int threads)
    {
        var block = RandomNumberGenerator.GetBytes(HashBlockBytes);
        var start = Stopwatch.GetTimestamp();
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            for (var done = 0L; done < bytesPerThread; done += HashBlockBytes)
                SHA256.HashData(block, digest);
        });
        return Stopwatches.GiBPerSecond(bytesPerThread * threads, start);
    }

    private static double Copy(long bytes)
    {
        var source = RandomNumberGenerator.GetBytes(CopyWorkingSetBytes);
        var destination = new byte[CopyWorkingSetBytes];
        source.CopyTo(destination, 0);
        var start = Stopwatch.GetTimestamp();
        for (var done = 0L; done < bytes; done += CopyBlockBytes)
        {
            var offset = (int)(done % CopyWorkingSetBytes);
            source.AsSpan(offset, CopyBlockBytes).CopyTo(destination.AsSpan(offset));
        }

        return Stopwatches.GiBPerSecond(bytes, start);
    }

    private static double Append(string path, long bytes)
    {
        var block = RandomNumberGenerator.GetBytes(1 << 20);
        using var file = new AppendedFile(path);
        var start = Stopwatch.GetTimestamp();
        for (var done = 0L; done < bytes; done += block.Length)
            file.Append(block);
        file.Sync();
        return Stopwatches.GiBPerSecond(bytes, start);
    }

    private static double FsyncMicroseconds(string path, int count)
    {
        var block = RandomNumberGenerator.GetBytes(FsyncAppendBytes);
        using var file = new AppendedFile(path);
        var times = new double[count];
        for (var i = 0; i < times.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            file.Append(block);
            file.Sync();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        return Rounds.Median(times);
    }
}
