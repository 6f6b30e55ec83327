using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Security.Tls;
using IpfsKit.Libp2p.Transports.Tcp;

namespace IpfsKit.Benchmarks.Runner.Libp2p;

/// <summary><c>libp2p</c>: streams and connections against what is below them, and against js-libp2p.</summary>
internal static class Libp2pSuite
{
    private const string AnyPort = "/ip4/127.0.0.1/tcp/0";
    private const int ParallelStreams = 100;

    // js-libp2p moves a fraction, so that a round takes it about as long.
    private const int JsShare = 4;

    public static async Task RunAsync(RunContext context)
    {
        var bytes = context.Options.Size(1L << 30, 8L << 20);
        var transport = new TcpTransport(new TcpOptions(), TimeProvider.System);
        await using (var noise = await MuxedPair.ConnectAsync(transport, AnyPort, key => new NoiseProtocol(key)))
        {
            await CompareAsync(context, "libp2p.stream.noise", () => StreamTransfer.MeasureAsync(noise, 1, bytes), () => BareNoise.MeasureAsync(bytes));
            await CompareWithJsAsync(context, noise, bytes);
            await CompareAsync(
                context, "libp2p.streams.100", () => StreamTransfer.MeasureAsync(noise, ParallelStreams, bytes), () => StreamTransfer.MeasureAsync(noise, 1, bytes));
        }

        await using (var tls = await MuxedPair.ConnectAsync(transport, AnyPort, key => new TlsProtocol(key)))
            await CompareAsync(context, "libp2p.stream.tls", () => StreamTransfer.MeasureAsync(tls, 1, bytes), () => BareTls.MeasureAsync(bytes));

        await SimulateAsync(context);
        context.Report(await Rounds.MedianAsync(context, "libp2p.idle-connection", () => IdleConnections.MeasureAsync((int)context.Options.Size(5_000, 50))));

        var handshakes = (int)context.Options.Size(2_000, 50);
        await CompareAsync(
            context, "libp2p.handshake", () => Handshakes.MeasureAsync(handshakes), () => Task.FromResult(Handshakes.MeasureFloor(handshakes)));
        // Long enough for what 5 % of a core can do to add up.
        await AttackAsync(context, 8 * bytes);
    }

    private static async Task AttackAsync(RunContext context, long bytes)
    {
        await using var hosts = await HostsUnderAttack.StartAsync();
        await CompareAsync(
            context,
            "libp2p.under-attack",
            async () =>
            {
                var (throughput, attack) = await hosts.MeasureUnderAttackAsync(bytes);
                context.Note($"libp2p.under-attack: {attack}");
                return throughput;
            },
            () => hosts.MeasureAsync(bytes));
    }

    private static async Task CompareWithJsAsync(RunContext context, MuxedPair noise, long bytes)
    {
        if (JsProcess.Missing is { } missing)
        {
            context.Note($"libp2p.stream.vs-js: left out. {missing}");
            return;
        }

        await using var js = await JsPair.StartAsync();
        await CompareAsync(context, "libp2p.stream.vs-js", () => StreamTransfer.MeasureAsync(noise, 1, bytes), () => js.MeasureAsync(bytes / JsShare));
    }

    private static async Task SimulateAsync(RunContext context)
    {
        var answers = new List<double>();
        context.Report(await Rounds.MedianAsync(context, "libp2p.rtt.connect", async () =>
        {
            var (firstByte, answer) = await SimulatedRtt.ConnectAsync();
            answers.Add(answer);
            return firstByte;
        }));
        context.Report(Figure.Create("libp2p.rtt.answer", Rounds.Median([.. answers])));
        var bytes = context.Options.Size(512L << 20, 8L << 20);
        context.Report(await Rounds.MedianAsync(context, "libp2p.rtt.stream", () => SimulatedRtt.StreamAsync(bytes)));
    }

    private static async Task CompareAsync(RunContext context, string name, Func<Task<double>> subject, Func<Task<double>> floor) =>
        context.Report((await Rounds.CompareAsync(context, [name], async () => [await subject()], async () => [await floor()]))[0]);
}
