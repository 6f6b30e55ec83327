using System.Diagnostics;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Negotiation;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Runner.Libp2p;

/// <summary>What a distance of 63 ms costs, on a network in memory whose dial takes one round trip, like that of TCP.</summary>
internal static class SimulatedRtt
{
    private const string Protocol = "/bench/1.0.0";

    public static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(63);

    private static readonly InMemoryConditions Far = new() { Latency = RoundTrip / 2, MaxInFlightBytes = 64 << 20 };

    /// <summary>Round trips from the dial of a new connection until its first stream's first byte has arrived, and until its answer has.</summary>
    public static async Task<(double FirstByte, double Answer)> ConnectAsync()
    {
        using var dialerKey = PrivateKey.Generate();
        using var listenerKey = PrivateKey.Generate();
        using var dialerSecurity = new NoiseProtocol(dialerKey);
        using var listenerSecurity = new NoiseProtocol(listenerKey);
        var transport = new InMemoryNetwork { Conditions = Far }.CreateTransport();
        await using var listener = await transport.ListenAsync(Multiaddr.Parse("/memory/0"), CancellationToken.None);
        var start = Stopwatch.GetTimestamp();
        var answering = AnswerAsync(MuxedPair.AcceptAsync(listener, MuxedPair.Upgrader(listenerSecurity)));
        var connection = await MuxedPair.DialAsync(transport, listener.Address, MuxedPair.Upgrader(dialerSecurity), listenerKey.PublicKey.PeerId);
        var stream = new NegotiatedStream(await connection.OpenStreamAsync(CancellationToken.None), new MultistreamProposal(Protocol));
        await stream.WriteAsync(new byte[1]);
        await stream.ReadAsync(new byte[1]);
        var answer = Stopwatch.GetElapsedTime(start);
        var (arrived, accepted) = await answering;
        connection.Abort();
        accepted.Abort();
        return (Stopwatch.GetElapsedTime(start, arrived) / RoundTrip, answer / RoundTrip);
    }

    /// <summary>MiB/s of one stream over such a distance, after as many bytes to warm up.</summary>
    public static async Task<double> StreamAsync(long bytes)
    {
        await using var pair = await MuxedPair.ConnectAsync(new InMemoryNetwork { Conditions = Far }.CreateTransport(), "/memory/0", key => new NoiseProtocol(key));
        await using var sent = await pair.Dialer.OpenStreamAsync(CancellationToken.None);
        var sending = Task.Run(() => StreamTransfer.SendAsync(sent, 2 * bytes));
        await using var received = (await pair.Listener.AcceptStreamAsync(CancellationToken.None))!;
        var buffer = new byte[StreamTransfer.WriteBytes];
        long start = 0, warm = 0, total = 0;
        while (await received.ReadAsync(buffer) is > 0 and var read)
        {
            total += read;
            if (start == 0 && total >= bytes)
                (start, warm) = (Stopwatch.GetTimestamp(), total);
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await sending;
        return (total - warm) / (double)(1 << 20) / seconds;
    }

    private static async Task<(long Arrived, IpfsKit.Libp2p.Muxing.IMuxedConnection Connection)> AnswerAsync(Task<IpfsKit.Libp2p.Muxing.IMuxedConnection> accepting)
    {
        var connection = await accepting;
        var stream = (await connection.AcceptStreamAsync(CancellationToken.None))!;
        var negotiated = await MultistreamSelect.HandleAsync(new StreamNegotiationChannel(stream), [ProtocolMatcher.Exact(Protocol)], CancellationToken.None);
        await stream.ReadAsync(new byte[1]);
        var arrived = Stopwatch.GetTimestamp();
        await stream.WriteAsync(new byte[1]);
        return negotiated.Protocol == Protocol ? (arrived, connection) : throw new InvalidDataException($"'{negotiated.Protocol}' was agreed on.");
    }
}
