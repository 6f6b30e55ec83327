using System.Globalization;
using IpfsKit.Cluster.Tests.Stores;
using IpfsKit.TestKit;

namespace IpfsKit.Cluster.Tests.Chaos;

/// <summary>Silos of a real cluster are ended with SIGKILL under a mixed load, half of them with their disks; a model judges all that clients saw.</summary>
public sealed class ChaosTests(StoreServices services, ITestOutputHelper output)
{
    /// <summary>Another one is chosen with <c>IPFSKIT_CHAOS_SEED</c>, more or fewer rounds with <c>IPFSKIT_CHAOS_ROUNDS</c>.</summary>
    private const int Seed = 20261123;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cluster_SilosKilledAndDestroyedUnderLoad_LosesNothingThatWasAcknowledged()
    {
        using var directory = new TemporaryDirectory();
        var seed = Number("IPFSKIT_CHAOS_SEED", Seed);
        var rounds = Number("IPFSKIT_CHAOS_ROUNDS", Soak.Count(4, 50));
        Say($"Seed {seed}, {rounds} rounds.");
        var isDestroyed = Enumerable.Range(0, rounds).Select(round => round % 2 == 0).ToArray();
        new Random(seed).Shuffle(isDestroyed);
        await using var run = await ChaosRun.StartAsync(await services.CreateAsync(StoreKind.Redis, Cancellation), directory.Path, seed, Cancellation);
        try
        {
            for (var round = 0; round < rounds; round++)
                Say($"Round {round + 1} of {rounds}: {await run.RoundAsync(isDestroyed[round], Cancellation)}.");
            await run.FinishAsync(Cancellation);
        }
        finally
        {
            Say(run.History.Summarize());
            await DumpAsync(run);
        }

        var faults = run.Check();
        Assert.True(faults.Count == 0, $"Seed {seed}, {rounds} rounds: {faults.Count} faults.\n{string.Join('\n', faults.Take(40))}");
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable("IPFSKIT_CHAOS_LOG") is { } folder)
            File.AppendAllText(Path.Combine(folder, "rounds.txt"), line + "\n");
    }

    /// <summary>For those who look for the cause: all calls, and what the silos said.</summary>
    private static async Task DumpAsync(ChaosRun run)
    {
        if (Environment.GetEnvironmentVariable("IPFSKIT_CHAOS_LOG") is not { } folder)
            return;
        await File.WriteAllLinesAsync(Path.Combine(folder, "history.txt"), run.History.Operations.Select(operation => $"{operation}"), CancellationToken.None);
        await File.WriteAllLinesAsync(Path.Combine(folder, "silos.txt"), run.Outputs(), CancellationToken.None);
    }

    private static int Number(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
