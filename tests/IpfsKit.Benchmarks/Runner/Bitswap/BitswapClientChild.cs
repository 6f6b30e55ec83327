using System.Globalization;
using IpfsKit.Benchmarks.Runner.Store;
using IpfsKit.Ipld;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using IpfsKit.Storage;

namespace IpfsKit.Benchmarks.Runner.Bitswap;

/// <summary>A process that fetches. Each fetch has a host and a store of its own, connected before the clock runs, so that nothing is there yet but compiled code.</summary>
/// <remarks>Reads lines <c>file ADDRESS DIRECTORY BYTES ROOT</c>, <c>stream ADDRESS BYTES</c>, <c>blocks ADDRESS CONCURRENCY CID…</c>, <c>newcomers ADDRESS CID…</c>; answers each with seconds.</remarks>
internal sealed class BitswapClientChild : IAsyncDisposable
{
    /// <summary>The role of the child process.</summary>
    public const string ChildRole = "bitswap-client";

    private readonly ChildProcess _process = ChildProcess.Start(ChildRole, []);

    /// <summary>Fetches a file; the seconds until its last byte was read and its last block stored.</summary>
    /// <param name="address">From whom.</param>
    /// <param name="root">The file.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="directory">Of the store; null for blocks in memory.</param>
    public Task<double> FetchFileAsync(string address, string root, long bytes, string? directory = null) =>
        AskAsync(string.Create(CultureInfo.InvariantCulture, $"file {address} {directory ?? BitswapServerChild.Memory} {bytes} {root}"));

    /// <summary>Reads the bytes of the floor, and hashes each 256 KiB; seconds.</summary>
    public Task<double> ReadStreamAsync(string address, long bytes) => AskAsync(string.Create(CultureInfo.InvariantCulture, $"stream {address} {bytes}"));

    /// <summary>Fetches blocks, some at a time; seconds.</summary>
    public Task<double> FetchBlocksAsync(string address, IReadOnlyList<string> cids, int concurrency) =>
        AskAsync(string.Create(CultureInfo.InvariantCulture, $"blocks {address} {concurrency} {string.Join(' ', cids)}"));

    /// <summary>Fetches each block with a new peer, one after the other; the most seconds from the want until the block was here.</summary>
    public Task<double> FetchAsNewcomersAsync(string address, IEnumerable<string> cids) => AskAsync($"newcomers {address} {string.Join(' ', cids)}");

    /// <summary>The child's work.</summary>
    public static async Task<int> RunAsync()
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            Console.WriteLine((await AnswerAsync(line.Split(' '))).ToString("r", CultureInfo.InvariantCulture));
            // What this fetch left is not for the next one to clear away.
            GC.Collect();
        }

        return 0;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<double> AnswerAsync(string[] line)
    {
        var peer = PeerInfo.FromAddress(Multiaddr.Parse(line[1]));
        switch (line)
        {
            case ["file", _, var directory, var length, var root]:
                var bytes = long.Parse(length, CultureInfo.InvariantCulture);
                await using (var durable = directory == BitswapServerChild.Memory ? null : await SegmentStores.OpenAsync(directory))
                    return await BitswapFetch.FileAsync(durable ?? (IBlockStore)NewStore(bytes), peer, Cid.Parse(root), bytes);
            case ["stream", _, var length]:
                return await BitswapFetch.StreamAsync(peer, long.Parse(length, CultureInfo.InvariantCulture));
            case ["blocks", _, var concurrency, .. var cids]:
                return await BitswapFetch.BlocksAsync(NewStore(1 << 30), peer, Array.ConvertAll(cids, Cid.Parse), int.Parse(concurrency, CultureInfo.InvariantCulture));
            case ["newcomers", _, .. var cids]:
                var worst = 0.0;
                foreach (var cid in cids)
                    worst = Math.Max(worst, await BitswapFetch.BlocksAsync(NewStore(1 << 30), peer, [Cid.Parse(cid)], 1));
                return worst;
            default:
                throw new ArgumentException($"'{line[0]}' is not understood.", nameof(line));
        }
    }

    private static MemoryBlockStore NewStore(long bytes) => new MemoryBlockStore((2 * bytes) + (64 << 20));

    private async Task<double> AskAsync(string line)
    {
        await _process.WriteLineAsync(line);
        return double.Parse(await _process.ReadRequiredLineAsync(), CultureInfo.InvariantCulture);
    }
}
