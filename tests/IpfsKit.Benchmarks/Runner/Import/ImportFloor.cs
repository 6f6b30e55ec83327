using System.Diagnostics;
using System.Security.Cryptography;
using IpfsKit.Benchmarks.Runner.Floors;
using Microsoft.Win32.SafeHandles;

namespace IpfsKit.Benchmarks.Runner.Import;

/// <summary>The least that a verified durable import costs: read from the page cache, hash on all cores, append, one fdatasync per 32 MiB.</summary>
/// <remarks>
/// Hashing and writing overlap: while one 32 MiB stretch is appended and synced, all cores read and hash the next. No index, no DAG, no recovery: a bar
/// that nothing real reaches.
/// </remarks>
internal static class ImportFloor
{
    private const int StretchBytes = 32 << 20;
    private const int ChunkBytes = 1 << 20;

    /// <summary>Copies a file once; GiB/s.</summary>
    public static async Task<double> RunAsync(string source, string destination)
    {
        var buffers = (Filling: new byte[StretchBytes], Writing: new byte[StretchBytes]);
        using var input = File.OpenHandle(source, options: FileOptions.SequentialScan);
        using var output = new AppendedFile(destination);
        var total = RandomAccess.GetLength(input);
        var writing = Task.CompletedTask;
        var start = Stopwatch.GetTimestamp();
        for (var offset = 0L; offset < total; offset += StretchBytes)
        {
            var length = (int)Math.Min(StretchBytes, total - offset);
            ReadAndHash(input, offset, buffers.Filling.AsMemory(0, length));
            await writing;
            buffers = (buffers.Writing, buffers.Filling);
            var stretch = buffers.Writing.AsMemory(0, length);
            writing = Task.Run(() =>
            {
                output.Append(stretch.Span);
                output.Sync();
            });
        }

        await writing;
        return Stopwatches.GiBPerSecond(total, start);
    }

    private static void ReadAndHash(SafeFileHandle input, long offset, Memory<byte> stretch) =>
        Parallel.For(0, (stretch.Length + ChunkBytes - 1) / ChunkBytes, i =>
        {
            var chunk = stretch.Span.Slice(i * ChunkBytes, Math.Min(ChunkBytes, stretch.Length - (i * ChunkBytes)));
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            for (var filled = 0; filled < chunk.Length;)
                filled += RandomAccess.Read(input, chunk[filled..], offset + (i * (long)ChunkBytes) + filled);
            SHA256.HashData(chunk, digest);
        });
}
