using System.Diagnostics;
using IpfsKit.Grains;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Runner.Cluster;

/// <summary><c>cluster</c>: what it costs that there are several silos, and many roots.</summary>
internal static class ClusterSuite
{
    private static readonly string[] ReadFigures = ["cluster.read.first", "cluster.read.second"];

    private static int _seed = 100;

    public static async Task RunAsync(RunContext context)
    {
        if (context.Options.Wants("cluster.stat"))
            await RootFigures.MeasureStatAsync(context);
        if (context.Options.Wants(ReadFigures))
            await MeasureReadsAsync(context);
        if (context.Options.Wants("cluster.write-concern"))
            await MeasureWriteConcernAsync(context);
        if (context.Options.Wants("cluster.roots", "cluster.roots.memory"))
            await RootFigures.MeasureRootsAsync(context);
    }

    private static async Task MeasureReadsAsync(RunContext context)
    {
        var bytes = context.Options.Size(256L << 20, 4L << 20);
        using var directory = context.CreateDirectory("silo-hosts", (context.Options.Rounds + 1) * 2 * bytes);
        await using var hosts = await HostPair.StartAsync(directory.Path);
        var root = await hosts.First.AddAsync(bytes, ++_seed);
        var second = 0L;
        var figures = await Rounds.CompareAsync(
            context,
            [ReadFigures[0]],
            async () =>
            {
                root = await hosts.First.AddAsync(bytes, ++_seed);
                var speed = await MeasureAsync(hosts.Second, root, bytes);
                var before = await hosts.Second.GetBytesReceivedAsync();
                await MeasureAsync(hosts.Second, root, bytes);
                second = Math.Max(second, await hosts.Second.GetBytesReceivedAsync() - before);
                return [speed];
            },
            async () => [await MeasureAsync(hosts.First, root, bytes)]);
        context.Report(figures[0]);
        context.Report(Figure.Create(ReadFigures[1], second));
    }

    private static async Task<double> MeasureAsync(ClusterNode node, Cid root, long bytes)
    {
        var start = Stopwatch.GetTimestamp();
        var read = await node.ReadAsync(root);
        return read > bytes ? Stopwatches.GiBPerSecond(bytes, start) : throw new InvalidDataException($"A CAR of {read} bytes cannot hold {bytes}.");
    }

    private static async Task MeasureWriteConcernAsync(RunContext context)
    {
        var bytes = context.Options.Size(256L << 20, 4L << 20);
        using var directory = context.CreateDirectory("silo-hosts", (context.Options.Rounds + 1) * 4 * bytes);
        await using var hosts = await HostPair.StartAsync(directory.Path);
        var figures = await Rounds.CompareAsync(
            context,
            ["cluster.write-concern"],
            async () =>
            {
                var start = Stopwatch.GetTimestamp();
                await hosts.First.AddAsync(bytes, ++_seed, concern: 2);
                return [Stopwatch.GetElapsedTime(start).TotalSeconds];
            },
            async () =>
            {
                var start = Stopwatch.GetTimestamp();
                var root = await hosts.First.AddAsync(bytes, ++_seed);
                await CopyAsync(hosts, root);
                return [Stopwatch.GetElapsedTime(start).TotalSeconds];
            });
        context.Report(figures[0]);
    }

    /// <summary>One transfer by bitswap into the other silo's durable store.</summary>
    private static async Task CopyAsync(HostPair hosts, Cid root)
    {
        await foreach (var _ in hosts.Second.Grain.FetchAsync(new FetchRequest { Root = root }))
        {
        }
    }
}
