using System.Diagnostics;
using System.Security.Cryptography;
using IpfsKit.Bitswap;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using IpfsKit.Storage;

namespace IpfsKit.Benchmarks.Runner.Bitswap;

/// <summary>What fetches take, by hosts that know their peers already; seconds.</summary>
internal static class BitswapFetch
{
    private const int HashedBytes = 256 << 10;
    private const int ReadAhead = 64;

    /// <summary>A file by a new host, to its last byte and until its last block is stored.</summary>
    public static async Task<double> FileAsync(IBlockStore store, PeerInfo peer, Cid root, long bytes)
    {
        await using var node = await BitswapNode.StartAsync(store);
        await node.ConnectAsync(peer);
        return await FileAsync(node, [peer], root, bytes, ReadAhead);
    }

    /// <inheritdoc cref="FileAsync(IBlockStore, PeerInfo, Cid, long)"/>
    public static async Task<double> FileAsync(BitswapNode node, IReadOnlyList<PeerInfo> peers, Cid root, long bytes, int readAhead)
    {
        var start = Stopwatch.GetTimestamp();
        await using var session = node.Bitswap.CreateSession(root, new BitswapSessionOptions { Peers = peers });
        try
        {
            using var file = await UnixFsFile.OpenAsync(session, root, new UnixFsReadOptions { ReadAheadBlocks = readAhead });
            var total = 0L;
            await foreach (var piece in file.ReadAsync(EntityBytes.All))
                total += piece.Length;
            if (total != bytes)
                throw new InvalidDataException($"{root} had {total} bytes instead of {bytes}.");
        }
        catch (FetchTimeoutException)
        {
            // What led to it is not to be had again.
            await Console.Error.WriteLineAsync($"{session.Statistics} {node.Bitswap.Statistics} connected: {node.Host.IsConnected(peers[0].PeerId)}, speaks bitswap: {node.Bitswap.Peers.Contains(peers[0].PeerId)}");
            throw;
        }

        await session.FlushAsync();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Blocks by a new host, some at a time.</summary>
    public static async Task<double> BlocksAsync(IBlockStore store, PeerInfo peer, Cid[] cids, int concurrency)
    {
        await using var node = await BitswapNode.StartAsync(store);
        await node.ConnectAsync(peer);
        var start = Stopwatch.GetTimestamp();
        await using var session = node.Bitswap.CreateSession(cids[0], new BitswapSessionOptions { Peers = [peer] });
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(concurrency, cids.Length)).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < cids.Length;)
                (await session.GetRequiredAsync(cids[i])).Dispose();
        }));
        await session.FlushAsync();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The floor: as many bytes through one stream of a connection over Noise and yamux, each 256 KiB hashed.</summary>
    public static async Task<double> StreamAsync(PeerInfo peer, long bytes)
    {
        await using var node = await BitswapNode.StartAsync(new MemoryBlockStore());
        await node.ConnectAsync(peer);
        var buffer = new byte[HashedBytes];
        var digest = new byte[SHA256.HashSizeInBytes];
        var start = Stopwatch.GetTimestamp();
        await using var stream = await node.Host.NewStreamAsync(peer.PeerId, [BitswapServerChild.StreamProtocol]);
        await stream.CompleteWritesAsync();
        var (total, filled) = (0L, 0);
        while (await stream.ReadAsync(buffer.AsMemory(filled)) is > 0 and var read)
        {
            total += read;
            filled += read;
            if (filled < buffer.Length)
                continue;
            SHA256.HashData(buffer, digest);
            filled = 0;
        }

        SHA256.HashData(buffer.AsSpan(0, filled), digest);
        return total == bytes ? Stopwatch.GetElapsedTime(start).TotalSeconds : throw new InvalidDataException($"{total} bytes came instead of {bytes}.");
    }
}
