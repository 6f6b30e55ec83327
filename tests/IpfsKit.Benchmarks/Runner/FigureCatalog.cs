using System.Text;

namespace IpfsKit.Benchmarks.Runner;

/// <summary>Every figure that the runner prints, what it is held against, and the target.</summary>
/// <remarks>The README shows <see cref="ToMarkdown"/>; a test compares them.</remarks>
internal static class FigureCatalog
{
    private const string GiBps = "GiB/s";
    private const string MiB = "MiB";
    private const string MiBps = "MiB/s";
    private const string OpsPerSecond = "1/s";
    private const string RocksDb = "RocksDB with BlobDB";

    /// <summary>The rows, in the order of printing.</summary>
    public static IReadOnlyList<FigureTarget> All { get; } =
    [
        new("floor.sha256.core", "floors", GiBps, "SHA-256 of 1 MiB blocks, one thread"),
        new("floor.sha256.all", "floors", GiBps, "the same on all cores"),
        new("floor.memcpy", "floors", GiBps, "copying 256 KiB blocks, one thread, 64 MiB working set"),
        new("floor.append", "floors", GiBps, "sequential append, one fdatasync per 32 MiB"),
        new("floor.fsync", "floors", "µs", "append 4 KiB and fdatasync, median latency"),
        new("floor.http", "floors", GiBps, "plain Kestrel stream from another process over loopback, bytes discarded"),
        new("import.1GiB", "import", GiBps, "a 1 GiB file from the page cache through the importer into the durable store", "the same bytes hashed on all cores and appended, one fdatasync per 32 MiB", MinRatio: 0.6),
        new("import.1GiB.peak-rss", "import", MiB, "peak resident memory of the importing process", MaxValue: 256),
        new("store.put.4KiB", "store", OpsPerSecond, "durable batches of 256 blocks of 4 KiB, one writer", RocksDb, MinRatio: 1.5),
        new("store.get.4KiB", "store", OpsPerSecond, "random gets of the same, page cache warm, one reader", RocksDb, MinRatio: 1),
        new("store.put.256KiB", "store", OpsPerSecond, "durable batches of 32 blocks of 256 KiB, one writer", RocksDb, MinRatio: 1.5),
        new("store.get.256KiB", "store", OpsPerSecond, "random gets of the same, page cache warm, one reader", RocksDb, MinRatio: 1),
        new("store.index", "store", MiB, "resident memory that the index of a million blocks adds, growth included", MaxValue: 32),
        new("store.open", "store", "s", "opening a store of a million blocks of 4 KiB from its checkpoint", MaxValue: 2),
        new("store.open.rebuild", "store", "s", "opening the same without a checkpoint", MaxValue: 20),
        new("read.1GiB", "read", GiBps, "a 1 GiB file through IpfsKit.Client, every block verified, from a silo-host process", "plain Kestrel stream of the same bytes from another process to an HttpClient that hashes them", MinRatio: 0.6),
        new("touch", "touch", "ns", "counting one access, all cores at it, every second access of one hot root", MaxValue: 200),
        new("touch.allocated", "touch", "B", "managed bytes per counted access", MaxValue: 0),
        new("register", "register", OpsPerSecond, "durable root registrations, 64 outstanding, against an in-process silo on real files", MinValue: 10_000),
        new("libp2p.stream.noise", "libp2p", GiBps, "one stream over TCP, Noise and yamux, writes of 256 KiB, both ends in this process", "bare Noise frames over a socket, four to a send", MinRatio: 0.75),
        new("libp2p.stream.vs-js", "libp2p", GiBps, "the same stream", "js-libp2p to js-libp2p over TCP, Noise and yamux, an upload between two processes", MinRatio: 3),
        new("libp2p.streams.100", "libp2p", GiBps, "100 streams of that connection in parallel", "one stream", MinRatio: 0.9),
        new("libp2p.stream.tls", "libp2p", GiBps, "one stream over TCP, TLS and yamux, writes of 256 KiB", "bare SslStream, the same writes", MinRatio: 0.75),
        new("libp2p.rtt.connect", "libp2p", "RTT", "from the dial to the arrival of the first byte of a stream's protocol, at a simulated round trip of 63 ms", MaxValue: 3),
        new("libp2p.rtt.answer", "libp2p", "RTT", "the same to the arrival of the answer"),
        new("libp2p.rtt.stream", "libp2p", "MiB/s", "one stream at that distance once it is warm", MinValue: 200),
        new("libp2p.idle-connection", "libp2p", "KiB", "resident memory of one end of an idle connection over TCP, Noise and yamux: 5,000 connections, both ends in one process", MaxValue: 64),
        new("libp2p.handshake", "libp2p", OpsPerSecond, "Noise handshakes per second of processor time, both ends", "their public-key work alone: 6 agreements, 2 new keys, 2 verifications", MinRatio: 0.5),
        new("libp2p.under-attack.half-open", "libp2p", GiBps, "one stream between two hosts as AddLibp2p makes them, over TCP, Noise and yamux, while a process with 5 % of a core opens connections to the receiving one and leaves them in the middle of the handshake", "the same without the attacker", MinRatio: 0.9),
        new("libp2p.under-attack.noise", "libp2p", GiBps, "the same while it sends noise to it, again and again", "the same without the attacker", MinRatio: 0.9),
        new("libp2p.under-attack.syns", "libp2p", GiBps, "the same while it opens 10,240 streams in a row behind each handshake", "the same without the attacker", MinRatio: 0.9),
        new("libp2p.under-attack.resets", "libp2p", GiBps, "the same while it opens and resets as many", "the same without the attacker", MinRatio: 0.9),
        new("libp2p.under-attack.pings", "libp2p", GiBps, "the same while it sends as many pings", "the same without the attacker", MinRatio: 0.9),
        new("bitswap.1GiB.memory", "bitswap", GiBps, "a 1 GiB file of 256 KiB blocks from one process to another, blocks in memory", "the same bytes between the same processes in one stream over Noise and yamux, SHA-256 of each 256 KiB at the receiver", MinRatio: 0.6),
        new("bitswap.1GiB.durable", "bitswap", GiBps, "the same with durable stores, until the last block is durable", "the same stream", MinRatio: 0.5),
        new("bitswap.vs-helia.100MiB", "bitswap", MiBps, "a 100 MiB file of 256 KiB blocks from one process to another, blocks in memory", "the same from Helia to Helia", MinRatio: 6),
        new("bitswap.helia-from-ours", "bitswap", MiBps, "Helia fetches that file from us", "the same from Helia to Helia", MinRatio: 0.85),
        new("bitswap.ours-from-helia", "bitswap", MiBps, "we fetch that file from Helia", "the same from Helia to Helia", MinRatio: 1.3),
        new("bitswap.vs-helia.2000x4KiB", "bitswap", OpsPerSecond, "2,000 known blocks of 4 KiB from one process to another, 256 in flight", "the same from Helia to Helia, whose wantlists wait for nothing (sendWantlistDebounce 0)", MinRatio: 8),
        new("bitswap.providers.4", "bitswap", "s", "an 88 MiB file from 4 providers, each behind a link in memory of 8 MiB/s and 20 ms, one way", "the same from one of them", MaxRatio: 0.3),
        new("bitswap.providers", "bitswap", "s", "the same from 16", "the same from one of them", MaxRatio: 0.1),
        new("bitswap.fairness", "bitswap", "ms", "from a newcomer's want until its first block of 256 KiB is here, the worst of 10, from a server held to 50 MiB/s of which one peer wants 1,024 blocks all the time", "the same from the idle server", MaxOverFloor: 40),
        new("bitswap.serve-50-peers", "bitswap", MiB, "resident memory of a silo-host while 50 peers fetch 64 MiB each of a file of 256 MiB at once, at its peak, above what it has idle", MaxValue: 400),
        new("cluster.stat", "cluster", OpsPerSecond, "StatAsync of 10,000 roots, 64 at a time, in the process of their silo", "a bare grain that returns an equal answer, as many, as many at a time", MinRatio: 0.8),
        new("cluster.read.first", "cluster", GiBps, "a file of 256 MiB as a CAR through a silo-host that has none of it, from another that has", "the same through the one that has it", MinRatio: 0.5),
        new("cluster.read.second", "cluster", "B", "bytes that come by bitswap when it is read through that silo-host again", MaxValue: 0),
        new("cluster.write-concern", "cluster", "s", "adding a file of 256 MiB to a cluster of two silo-hosts at a write concern of 2", "adding as much at a write concern of 1, and one fetch by bitswap into the store of the other", MaxRatio: 1.2),
        new("cluster.roots", "cluster", OpsPerSecond, "durable root registrations, 64 outstanding, on a node of a million registered roots"),
        new("cluster.roots.memory", "cluster", "B", "managed memory of an active content grain, of 100,000, on that node"),
    ];

    /// <summary>The row of a figure, or null.</summary>
    public static FigureTarget? Find(string name) => All.FirstOrDefault(row => row.Name == name);

    /// <summary>The table as it stands in the README.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder("| figure | command | unit | what is measured | floor or peer in the same run | target |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var row in All)
            text.Append($"| `{row.Name}` | `{row.Suite}` | {row.Unit} | {row.Meaning} | {row.Floor ?? "—"} | {row.Target} |\n");
        return text.ToString();
    }
}
