using System.Globalization;
using IpfsKit.Benchmarks.Runner.Store;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Libp2p;
using IpfsKit.Multiformats;
using IpfsKit.Storage;

namespace IpfsKit.Benchmarks.Runner.Bitswap;

/// <summary>A process that has content and serves it, by bitswap and, for the floor, as one plain stream; until its input ends.</summary>
internal sealed class BitswapServerChild : IAsyncDisposable
{
    /// <summary>The role of the child process.</summary>
    public const string ChildRole = "bitswap-server";

    /// <summary>The protocol of the floor: sends all bytes of the file, and that is it.</summary>
    public const string StreamProtocol = "/bench/bytes/1.0.0";

    /// <summary>In the place of a directory: blocks in memory.</summary>
    public const string Memory = "-";

    private static readonly UnixFsReadOptions InTurn = new() { ReadAheadBlocks = 0 };

    private readonly ChildProcess _process;

    private BitswapServerChild(ChildProcess process, string address, string[] cids) => (_process, Address, Cids) = (process, address, cids);

    /// <summary>Where it listens, with its peer id.</summary>
    public string Address { get; }

    /// <summary>The root of the file, or the blocks.</summary>
    public IReadOnlyList<string> Cids { get; }

    /// <summary>Starts one.</summary>
    /// <param name="content">What it has.</param>
    /// <param name="directory">Of the store; null for blocks in memory.</param>
    /// <param name="egress">The bytes that it sends in a second; null for no limit.</param>
    public static async Task<BitswapServerChild> StartAsync(BitswapContent content, string? directory = null, long? egress = null)
    {
        var process = ChildProcess.Start(ChildRole, [content.ToArgument(), directory ?? Memory, (egress ?? 0).ToString(CultureInfo.InvariantCulture)]);
        return new BitswapServerChild(process, await process.ReadRequiredLineAsync(), (await process.ReadRequiredLineAsync()).Split(' '));
    }

    /// <summary>The child's work.</summary>
    public static async Task<int> RunAsync(string content, string directory, string egress)
    {
        var (what, limit) = (BitswapContent.Parse(content), long.Parse(egress, CultureInfo.InvariantCulture));
        await using var durable = directory == Memory ? null : await SegmentStores.OpenAsync(directory);
        var store = durable ?? (IBlockStore)new MemoryBlockStore(2 * what.Bytes + (64 << 20));
        var cids = await what.AddAsync(store);
        await using var node = await BitswapNode.StartAsync(store, options => options.Server.EgressBytesPerSecond = limit == 0 ? null : limit);
        node.Host.SetStreamHandler(ProtocolMatcher.Exact(StreamProtocol), (stream, cancellationToken) => SendAsync(store, cids[0], stream, cancellationToken));
        GC.Collect();
        Console.WriteLine(node.Address);
        Console.WriteLine(string.Join(' ', cids));
        while (await Console.In.ReadLineAsync() is not null)
        {
            // Nothing can be asked for.
        }

        return 0;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task SendAsync(IBlockStore store, Cid root, IProtocolStream stream, CancellationToken cancellationToken)
    {
        using var file = await UnixFsFile.OpenAsync(store, root, InTurn, cancellationToken);
        await foreach (var piece in file.ReadAsync(EntityBytes.All, cancellationToken))
            await stream.WriteAsync(piece, cancellationToken);
    }
}
