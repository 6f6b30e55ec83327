namespace IpfsKit.Benchmarks.Runner.Bitswap;

/// <summary><c>bitswap</c>: fetches against a plain stream and against Helia, how they gain by more providers, and what a busy server costs a newcomer.</summary>
internal static class BitswapSuite
{
    private const int ChunkBytes = 256 << 10;
    private const int SmallBytes = 4 << 10;
    private const int SmallAtOnce = 256;
    private const long Egress = 50 << 20;
    private const int Newcomers = 10;
    private const int ManyProviders = 16;
    private const int SomeProviders = 4;
    private const double MiB = 1 << 20;
    private const double GiB = 1 << 30;

    // Helia's speed varies more than ours.
    private const int LeastRoundsWithHelia = 7;

    // A fetch of 100 MiB takes a quarter of a second, of which the runtime's compiler takes as much processor time again until everything that a fetch needs was called thirty times and more (docs/decisions/0013).
    private const int WarmUpsWithHelia = 15;

    private static readonly string[] StreamFigures = ["bitswap.1GiB.memory", "bitswap.1GiB.durable"];
    private static readonly string[] HeliaFileFigures = ["bitswap.vs-helia.100MiB", "bitswap.helia-from-ours", "bitswap.ours-from-helia"];
    private static readonly string[] HeliaBlockFigures = ["bitswap.vs-helia.2000x4KiB"];
    private static readonly string[] ProviderFigures = ["bitswap.providers.4", "bitswap.providers"];
    private static readonly string[] FairnessFigures = ["bitswap.fairness"];
    private static readonly string[] MemoryFigures = ["bitswap.serve-50-peers"];

    public static async Task RunAsync(RunContext context)
    {
        await RunAsync(context, CompareWithStreamAsync, StreamFigures);
        if (JsProcess.Missing is { } missing)
            context.Note($"{string.Join(", ", [.. HeliaFileFigures, .. HeliaBlockFigures])}: left out. {missing}");
        else
        {
            await RunAsync(context, CompareFilesWithHeliaAsync, HeliaFileFigures);
            await RunAsync(context, CompareBlocksWithHeliaAsync, HeliaBlockFigures);
        }

        await RunAsync(context, CompareProvidersAsync, ProviderFigures);
        await RunAsync(context, MeasureFairnessAsync, FairnessFigures);
        await RunAsync(context, MeasureMemoryAsync, MemoryFigures);
    }

    private static async Task RunAsync(RunContext context, Func<RunContext, Task> measure, string[] figures)
    {
        if (context.Options.Wants(figures))
            await measure(context);
    }

    private static async Task CompareWithStreamAsync(RunContext context)
    {
        var content = new BitswapContent(IsFile: true, context.Options.Size(4096, 32), ChunkBytes);
        using var directory = context.CreateDirectory("bitswap-server", 2 * content.Bytes);
        await using var memory = await BitswapServerChild.StartAsync(content);
        await using var durable = await BitswapServerChild.StartAsync(content, directory.Path);
        await using var client = new BitswapClientChild();
        await CompareAsync(
            context,
            StreamFigures,
            async () =>
            {
                using var store = context.CreateDirectory("bitswap-client", content.Bytes);
                return
                [
                    content.Bytes / GiB / await client.FetchFileAsync(memory.Address, memory.Cids[0], content.Bytes),
                    content.Bytes / GiB / await client.FetchFileAsync(durable.Address, durable.Cids[0], content.Bytes, store.Path),
                ];
            },
            async () => content.Bytes / GiB / await client.ReadStreamAsync(memory.Address, content.Bytes));
    }

    private static async Task CompareFilesWithHeliaAsync(RunContext context)
    {
        var content = new BitswapContent(IsFile: true, context.Options.Size(400, 32), ChunkBytes);
        await using var helia = await HeliaPair.StartAsync();
        await using var server = await BitswapServerChild.StartAsync(content);
        await using var client = new BitswapClientChild();
        var root = await helia.AddFileAsync(content);
        await CompareAsync(
            context,
            HeliaFileFigures,
            async () =>
            [
                content.Bytes / MiB / await client.FetchFileAsync(server.Address, server.Cids[0], content.Bytes),
                content.Bytes / MiB / await helia.FetchFileAsync(server.Address, server.Cids[0], content.Bytes),
                content.Bytes / MiB / await client.FetchFileAsync(helia.Address, root, content.Bytes),
            ],
            async () =>
            {
                root = await helia.AddFileAsync(content);
                return content.Bytes / MiB / await helia.FetchFileAsync(helia.Address, root, content.Bytes);
            },
            context.Options.Size(LeastRoundsWithHelia, 1),
            WarmUpsWithHelia);
    }

    private static async Task CompareBlocksWithHeliaAsync(RunContext context)
    {
        var content = new BitswapContent(IsFile: false, context.Options.Size(2000, 200), SmallBytes);
        await using var helia = await HeliaPair.StartAsync("""{"sendWantlistDebounce":0}""");
        await using var server = await BitswapServerChild.StartAsync(content);
        await using var client = new BitswapClientChild();
        await CompareAsync(
            context,
            HeliaBlockFigures,
            async () => [content.Count / await client.FetchBlocksAsync(server.Address, server.Cids, SmallAtOnce)],
            async () => content.Count / await helia.FetchBlocksAsync(await helia.AddBlocksAsync(content), SmallAtOnce, content.Bytes),
            warmUps: WarmUpsWithHelia);
    }

    private static async Task CompareProvidersAsync(RunContext context)
    {
        // 88 MiB: 11 s over one link.
        await using var providers = await EqualProviders.StartAsync(ManyProviders, new BitswapContent(IsFile: true, context.Options.Size(352, 32), ChunkBytes));
        await CompareAsync(
            context,
            ProviderFigures,
            async () => [await providers.MeasureAsync(SomeProviders), await providers.MeasureAsync(ManyProviders)],
            () => providers.MeasureAsync(1));
    }

    private static async Task MeasureMemoryAsync(RunContext context) =>
        context.Report(Figure.Create(MemoryFigures[0], await ServedCrowd.MeasureAsync(context)));

    private static async Task MeasureFairnessAsync(RunContext context)
    {
        await using var server = await BitswapServerChild.StartAsync(new BitswapContent(IsFile: false, context.Options.Size(2048, 1100), ChunkBytes), egress: Egress);
        await using var client = new BitswapClientChild();
        var wanted = server.Cids.Take(Newcomers).ToArray();
        await CompareAsync(
            context,
            FairnessFigures,
            async () =>
            {
                await using var busy = await BusyPeer.StartAsync(server);
                return [await MeasureAsync()];
            },
            MeasureAsync);

        async Task<double> MeasureAsync() => 1000 * await client.FetchAsNewcomersAsync(server.Address, wanted);
    }

    /// <summary>Reports several figures beside one floor.</summary>
    private static async Task CompareAsync(RunContext context, string[] names, Func<Task<double[]>> subject, Func<Task<double>> floor, int leastRounds = 1, int warmUps = 1)
    {
        var figures = await Rounds.CompareAsync(
            context,
            names,
            subject,
            async () =>
            {
                var value = await floor();
                return Array.ConvertAll(names, _ => value);
            },
            leastRounds,
            warmUps);
        foreach (var figure in figures)
            context.Report(figure);
    }
}
