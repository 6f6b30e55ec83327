using IpfsKit.Benchmarks.Runner.Read;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Runner.Bitswap;

/// <summary>What a silo-host needs in memory while many peers fetch from it at once.</summary>
internal static class ServedCrowd
{
    private const int Peers = 50;
    private const int Processes = 2;
    private const double MiB = 1 << 20;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>The peak of its resident memory above what it has when nobody is connected, in MiB.</summary>
    public static async Task<double> MeasureAsync(RunContext context)
    {
        var bytes = context.Options.Size(256L << 20, 16L << 20);
        using var directory = context.CreateDirectory("silo-host", bytes);
        var root = await AddAsync(directory.Path, bytes);
        // Once more, so that nothing of the upload is left in its memory.
        await using var host = await SiloHostProcess.StartAsync(directory.Path);
        var idle = await SettleAsync(host);
        ProcessMemory.ForgetPeakOf(host.Process);
        var crowds = new List<ChildProcess>();
        try
        {
            for (var i = 0; i < Processes; i++)
                crowds.Add(await Crowd.StartAsync(host.Service.Libp2pAddresses[0], root, bytes, Peers / Processes, bytes / 4));
            foreach (var crowd in crowds)
                await crowd.WriteLineAsync("go");
            foreach (var crowd in crowds)
                await crowd.ReadRequiredLineAsync();
            var peak = ProcessMemory.PeakResidentBytesOf(host.Process);
            context.Note($"{Peers} peers fetched {Peers * bytes / 4 / MiB:0} MiB: {idle / MiB:0} MiB resident before, {peak / MiB:0} MiB at most.");
            return (peak - idle) / MiB;
        }
        finally
        {
            foreach (var crowd in crowds)
                await crowd.DisposeAsync();
        }
    }

    private static async Task<Cid> AddAsync(string directory, long bytes)
    {
        await using var host = await SiloHostProcess.StartAsync(directory);
        await using var connection = await ClusterConnection.OpenAsync(host.Service);
        return (await connection.Client.AddStreamAsync(new RandomStream(bytes))).Root;
    }

    /// <summary>The least that it has in the seconds after its start, which is what it needs to be there at all.</summary>
    private static async Task<long> SettleAsync(SiloHostProcess host)
    {
        var least = long.MaxValue;
        for (var waited = TimeSpan.Zero; waited < Settling; waited += Look)
        {
            await Task.Delay(Look);
            least = Math.Min(least, ProcessMemory.ResidentBytesOf(host.Process));
        }

        return least;
    }
}
