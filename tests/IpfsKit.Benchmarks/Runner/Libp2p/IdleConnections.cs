using System.Collections.Concurrent;
using System.Globalization;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Runner.Libp2p;

/// <summary>The memory of connections over TCP, Noise and yamux on which nothing happens, in a process of its own.</summary>
/// <remarks>Resident memory, so that native memory counts too; what the kernel holds for sockets does not.</remarks>
internal static class IdleConnections
{
    public const string ChildRole = "idle-connections";

    private const int AtOnce = 16;

    /// <summary>Measures in a child; KiB for each end of a connection.</summary>
    public static async Task<double> MeasureAsync(int connections)
    {
        await using var child = ChildProcess.Start(ChildRole, [connections.ToString(CultureInfo.InvariantCulture)]);
        return double.Parse(await child.ReadRequiredLineAsync(), CultureInfo.InvariantCulture);
    }

    public static async Task<int> RunAsync(int connections)
    {
        using var dialerKey = PrivateKey.Generate();
        using var listenerKey = PrivateKey.Generate();
        using var dialerSecurity = new NoiseProtocol(dialerKey);
        using var listenerSecurity = new NoiseProtocol(listenerKey);
        var (dialer, acceptor) = (MuxedPair.Upgrader(dialerSecurity), MuxedPair.Upgrader(listenerSecurity));
        var transport = new TcpTransport(new TcpOptions(), TimeProvider.System);
        await using var listener = await transport.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), CancellationToken.None);
        var ends = new ConcurrentBag<IMuxedConnection>();

        // So that what one connection alone needs is there already: code, pools, threads.
        await ConnectAsync(AtOnce);
        var before = Settle();
        await ConnectAsync(connections);
        var after = Settle();
        Console.WriteLine(((after - before) / 1024.0 / (2 * connections)).ToString(CultureInfo.InvariantCulture));
        GC.KeepAlive(ends);
        return 0;

        Task ConnectAsync(int count) => Task.WhenAll(
            ForEachAsync(count, async () => ends.Add(await MuxedPair.AcceptAsync(listener, acceptor))),
            ForEachAsync(count, async () => ends.Add(await MuxedPair.DialAsync(transport, listener.Address, dialer, listenerKey.PublicKey.PeerId))));
    }

    private static Task ForEachAsync(int count, Func<Task> action) =>
        Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (_, _) => await action());

    private static long Settle()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return ProcessMemory.ResidentBytes;
    }
}
