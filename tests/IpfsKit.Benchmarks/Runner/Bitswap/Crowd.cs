using System.Globalization;
using IpfsKit.Bitswap;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Runner.Bitswap;

/// <summary>A process of many peers that fetch a file from one server at once, each another part of it, and keep nothing. Waits for a line before it begins, and ends with its work.</summary>
internal static class Crowd
{
    /// <summary>The role of the child process.</summary>
    public const string ChildRole = "bitswap-crowd";

    private const int ReadAhead = 64;

    /// <summary>Starts one, and waits until all its peers are connected.</summary>
    /// <param name="address">Of the server.</param>
    /// <param name="root">The file.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="peers">How many.</param>
    /// <param name="part">How many bytes each fetches.</param>
    public static async Task<ChildProcess> StartAsync(string address, Cid root, long bytes, int peers, long part)
    {
        var child = ChildProcess.Start(ChildRole, [address, root.ToString(), .. new[] { bytes, peers, part }.Select(number => number.ToString(CultureInfo.InvariantCulture))]);
        await child.ReadRequiredLineAsync();
        return child;
    }

    /// <summary>The child's work.</summary>
    public static async Task<int> RunAsync(string address, string root, string bytes, string peers, string part)
    {
        var server = PeerInfo.FromAddress(Multiaddr.Parse(address));
        var (cid, length, share) = (Cid.Parse(root), long.Parse(bytes, CultureInfo.InvariantCulture), long.Parse(part, CultureInfo.InvariantCulture));
        var nodes = new BitswapNode[int.Parse(peers, CultureInfo.InvariantCulture)];
        try
        {
            for (var i = 0; i < nodes.Length; i++)
            {
                nodes[i] = await BitswapNode.StartAsync(new NoBlocks());
                await nodes[i].ConnectAsync(server);
            }

            Console.WriteLine("connected");
            await Console.In.ReadLineAsync();
            await Task.WhenAll(nodes.Select((node, i) => FetchAsync(node, server, cid, i * (length - share) / Math.Max(1, nodes.Length - 1), share)));
            Console.WriteLine("fetched");
            await Console.In.ReadLineAsync();
            return 0;
        }
        finally
        {
            foreach (var node in nodes.OfType<BitswapNode>())
                await node.DisposeAsync();
        }
    }

    private static async Task FetchAsync(BitswapNode node, PeerInfo server, Cid root, long from, long bytes)
    {
        await using var session = node.Bitswap.CreateSession(root, new BitswapSessionOptions { Peers = [server], IdleTimeout = TimeSpan.FromMinutes(5) });
        using var file = await UnixFsFile.OpenAsync(session, root, new UnixFsReadOptions { ReadAheadBlocks = ReadAhead });
        var total = 0L;
        await foreach (var piece in file.ReadAsync(new EntityBytes(from, from + bytes - 1)))
            total += piece.Length;
        if (total != bytes)
            throw new InvalidDataException($"{root} gave {total} bytes from {from} instead of {bytes}.");
    }

    /// <summary>A store that forgets at once.</summary>
    private sealed class NoBlocks : IBlockStore
    {
        public ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default) => new((Block?)null);

        public ValueTask<bool> HasAsync(Cid cid, CancellationToken cancellationToken = default) => new(false);

        public ValueTask<int?> GetSizeAsync(Cid cid, CancellationToken cancellationToken = default) => new((int?)null);

        public ValueTask PutAsync(Block block, CancellationToken cancellationToken = default) => default;

        public ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default) => default;

        public ValueTask<bool> DeleteAsync(Cid cid, CancellationToken cancellationToken = default) => new(false);

        public IAsyncEnumerable<Multihash> EnumerateAsync(CancellationToken cancellationToken = default) => AsyncEnumerable.Empty<Multihash>();
    }
}
