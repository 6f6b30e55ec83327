using System.Diagnostics;
using IpfsKit.Benchmarks.Runner.Floors;
using IpfsKit.Client;
using IpfsKit.Ipld;

namespace IpfsKit.Benchmarks.Runner.Read;

/// <summary><c>read</c>: a file of 1 GiB through the client, every block verified, from a silo-host in another process.</summary>
internal static class ReadSuite
{
    private const int BufferBytes = 1 << 20;

    public static async Task RunAsync(RunContext context)
    {
        var bytes = context.Options.Size(1L << 30, 8L << 20);
        using var directory = context.CreateDirectory("silo-host", bytes);
        await using var host = await SiloHostProcess.StartAsync(directory.Path);
        await using var connection = await ClusterConnection.OpenAsync(host.Service);
        var added = await connection.Client.AddStreamAsync(new RandomStream(bytes));
        await using var floor = await StreamServer.StartAsync(bytes);
        var figures = await Rounds.CompareAsync(
            context,
            ["read.1GiB"],
            async () => [await ReadAsync(connection.Client, added.Root, bytes)],
            async () => [await floor.ReadAsync(verify: true)]);
        context.Report(figures[0]);
    }

    /// <summary>Reads everything once, from asking where it is to the last byte; GiB/s.</summary>
    private static async Task<double> ReadAsync(IIpfsKitClient client, IpfsPath path, long bytes)
    {
        var buffer = new byte[BufferBytes];
        var start = Stopwatch.GetTimestamp();
        await using var stream = await client.OpenReadAsync(path);
        var total = 0L;
        while (await stream.ReadAsync(buffer) is > 0 and var read)
            total += read;
        return total == bytes
            ? Stopwatches.GiBPerSecond(total, start)
            : throw new InvalidDataException($"'{path}' had {total} bytes instead of {bytes}.");
    }
}
