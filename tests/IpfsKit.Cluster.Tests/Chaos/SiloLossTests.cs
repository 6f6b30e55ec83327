using System.Security.Cryptography;
using IpfsKit.Client;
using IpfsKit.Cluster.Tests.Stores;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Cluster.Tests.Chaos;

/// <summary>What one call sees of the end of a silo.</summary>
public sealed class SiloLossTests(StoreServices services, ITestOutputHelper output)
{
    private const int Calls = 8;
    private const int Seed = 20261124;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cluster_SiloKilledUnderReadsAndAdds_ReadsGoOnAndAddsAreWholeOrNotThere()
    {
        using var directory = new TemporaryDirectory();
        var store = ChaosRun.Configure(await services.CreateAsync(StoreKind.Redis, Cancellation));
        await using var cluster = new StoreCluster(store, directory.Path, size: 3);
        await cluster.StartAsync(Cancellation);
        await using var connected = await ConnectedClient.ConnectAsync(store.Client, Cancellation);
        var client = connected.Client;
        var content = RandomNumberGenerator.GetBytes(24 << 20);
        var root = (await client.AddStreamAsync(new MemoryStream(content), cancellationToken: Cancellation)).Root;
        await Eventually.TrueAsync("all three silos hold it", async () => (await client.ReplicationStatusAsync(root, Cancellation)).Copies == 3, Patience, Cancellation);

        // More of each than silos: some of them are at the one that is killed.
        var streams = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => client.OpenReadAsync(IpfsPath.Parse($"/ipfs/{root}"), Cancellation)));
        var read = streams.Select(_ => new byte[content.Length]).ToArray();
        await Task.WhenAll(streams.Select((stream, i) => stream.ReadExactlyAsync(read[i].AsMemory(0, 1 << 20), Cancellation).AsTask()));
        var adds = Enumerable.Range(0, Calls).Select(_ => new PausingStream(RandomNumberGenerator.GetBytes(3 << 20))).ToArray();
        var added = adds.Select(add => client.AddStreamAsync(add, cancellationToken: Cancellation)).ToArray();
        await Task.WhenAll(adds.Select(add => add.Reached));

        await cluster.KillAsync(1, isDestroyed: true);
        foreach (var add in adds)
            add.GoOn();
        await Task.WhenAll(streams.Select((stream, i) => stream.ReadExactlyAsync(read[i].AsMemory(1 << 20), Cancellation).AsTask()));
        Assert.All(read, bytes => Assert.True(content.AsSpan().SequenceEqual(bytes)));
        var roots = new Dictionary<Cid, byte[]> { [root] = content };
        for (var i = 0; i < Calls; i++)
        {
            try
            {
                roots.Add((await added[i]).Root, adds[i].ToArray());
            }
            catch (IpfsKitException exception)
            {
                // It needed a grain that was on the silo. Repeating is harmless, which is seen below.
                output.WriteLine($"{exception.GetType().Name}: {exception.Message}");
            }
        }

        await cluster.StartAsync(1, Cancellation);
        await cluster.SettleAsync(Cancellation);
        await CheckAsync(client, roots, adds);
        for (var i = 0; i < Calls; i++)
        {
            var again = await client.AddStreamAsync(new MemoryStream(adds[i].ToArray()), cancellationToken: Cancellation);
            if (added[i].IsCompletedSuccessfully)
                Assert.Equal((await added[i]).Root, again.Root);
            roots[again.Root] = adds[i].ToArray();
        }

        await CheckAsync(client, roots, adds);
        foreach (var stream in streams)
            await stream.DisposeAsync();
    }

    [Fact]
    public async Task Cluster_RestartedSiloBySiloUnderLoad_FailsNoRead()
    {
        using var directory = new TemporaryDirectory();
        await using var run = await ChaosRun.StartAsync(await services.CreateAsync(StoreKind.Redis, Cancellation), directory.Path, Seed, Cancellation);
        for (var silo = 0; silo < Soak.Count(2, run.Cluster.Size); silo++)
            output.WriteLine(await run.RestartAsync(silo, Cancellation));
        await run.FinishAsync(Cancellation);
        output.WriteLine(run.History.Summarize());
        var faults = run.Check();
        Assert.True(faults.Count == 0, $"Seed {Seed}: {faults.Count} faults.\n{string.Join('\n', faults.Take(40))}");
    }

    /// <summary>What was acknowledged is whole, and so is what is visible.</summary>
    private static async Task CheckAsync(IIpfsKitClient client, Dictionary<Cid, byte[]> roots, PausingStream[] adds)
    {
        foreach (var (root, content) in roots)
            Assert.Equal(content, await client.ReadAllBytesAsync(IpfsPath.Parse($"/ipfs/{root}"), cancellationToken: Cancellation));
        var visible = new HashSet<Cid>();
        await foreach (var root in client.ListRootsAsync(Cancellation))
            visible.Add(root.Root);
        Assert.Superset(roots.Keys.ToHashSet(), visible);
        foreach (var root in visible.Except(roots.Keys))
        {
            var bytes = await client.ReadAllBytesAsync(IpfsPath.Parse($"/ipfs/{root}"), cancellationToken: Cancellation);
            Assert.Contains(adds, add => add.ToArray().AsSpan().SequenceEqual(bytes));
        }
    }
}
