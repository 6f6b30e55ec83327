using IpfsKit.Benchmarks.Runner.Libp2p.Attacks;
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
        await CompareStreamsAsync(context, bytes);
        await SimulateAsync(context);
        await MeasureConnectionsAsync(context);
        await AttackAsync(context, 4 * bytes);
    }

    private static async Task CompareStreamsAsync(RunContext context, long bytes)
    {
        var transport = new TcpTransport(new TcpOptions(), TimeProvider.System);
        await using (var noise = await MuxedPair.ConnectAsync(transport, AnyPort, key => new NoiseProtocol(key)))
        {
            await CompareAsync(context, "libp2p.stream.noise", () => StreamTransfer.MeasureAsync(noise, 1, bytes), () => BareNoise.MeasureAsync(bytes));
            await CompareWithJsAsync(context, noise, bytes);
            await CompareAsync(
                context, "libp2p.streams.100", () => StreamTransfer.MeasureAsync(noise, ParallelStreams, bytes), () => StreamTransfer.MeasureAsync(noise, 1, bytes));
        }

        await using var tls = await MuxedPair.ConnectAsync(transport, AnyPort, key => new TlsProtocol(key));
        await CompareAsync(context, "libp2p.stream.tls", () => StreamTransfer.MeasureAsync(tls, 1, bytes), () => BareTls.MeasureAsync(bytes));
    }

    private static async Task MeasureConnectionsAsync(RunContext context)
    {
        await MedianAsync(context, "libp2p.idle-connection", () => IdleConnections.MeasureAsync((int)context.Options.Size(5_000, 50)));
        var handshakes = (int)context.Options.Size(2_000, 50);
        await CompareAsync(
            context, "libp2p.handshake", () => Handshakes.MeasureAsync(handshakes), () => Task.FromResult(Handshakes.MeasureFloor(handshakes)));
    }

    private static async Task AttackAsync(RunContext context, long bytes)
    {
        var attacks = Attack.All.Select(attack => (Attack: attack, Figure: $"libp2p.under-attack.{attack.Name}")).Where(attack => context.Options.Wants(attack.Figure)).ToArray();
        if (attacks.Length == 0)
            return;
        await using var hosts = await HostsUnderAttack.StartAsync();
        foreach (var (attack, figure) in attacks)
        {
            await CompareAsync(
                context,
                figure,
                async () =>
                {
                    var (throughput, done) = await hosts.MeasureUnderAttackAsync(attack, bytes);
                    context.Note(done);
                    return throughput;
                },
                () => hosts.MeasureAsync(bytes));
        }
    }

    private static async Task CompareWithJsAsync(RunContext context, MuxedPair noise, long bytes)
    {
        if (!context.Options.Wants("libp2p.stream.vs-js"))
            return;
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
        if (context.Options.Wants("libp2p.rtt.connect", "libp2p.rtt.answer"))
        {
            var answers = new List<double>();
            context.Report(await Rounds.MedianAsync(context, "libp2p.rtt.connect", async () =>
            {
                var (firstByte, answer) = await SimulatedRtt.ConnectAsync();
                answers.Add(answer);
                return firstByte;
            }));
            context.Report(Figure.Create("libp2p.rtt.answer", Rounds.Median([.. answers])));
        }

        var bytes = context.Options.Size(512L << 20, 8L << 20);
        await MedianAsync(context, "libp2p.rtt.stream", () => SimulatedRtt.StreamAsync(bytes));
    }

    private static async Task MedianAsync(RunContext context, string name, Func<Task<double>> measure)
    {
        if (context.Options.Wants(name))
            context.Report(await Rounds.MedianAsync(context, name, measure));
    }

    private static async Task CompareAsync(RunContext context, string name, Func<Task<double>> subject, Func<Task<double>> floor)
    {
        if (context.Options.Wants(name))
            context.Report((await Rounds.CompareAsync(context, [name], async () => [await subject()], async () => [await floor()]))[0]);
    }
}
