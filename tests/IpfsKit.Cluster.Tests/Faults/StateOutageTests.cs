using System.Diagnostics;
using System.Security.Cryptography;
using IpfsKit.Client;
using IpfsKit.Cluster.Tests.Stores;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Services;

namespace IpfsKit.Cluster.Tests.Faults;

/// <summary>The store of grain state and members stands still for a while: 12 s here, 60 s in soak.</summary>
public sealed class StateOutageTests
{
    // An add waits for the store's own time-outs, on the way to the grain and in it.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cluster_WhoseStoreStandsStill_GoesOnReadingFailsToAddAndForgetsNothing()
    {
        var outage = TimeSpan.FromSeconds(Soak.Count(12, 60));
        using var directory = new TemporaryDirectory();
        await using var redis = await RedisProcess.StartAsync(Cancellation);
        await using var cluster = new StoreCluster(ClusterStore.Redis("outage", redis.ConnectionString), directory.Path, size: 2);
        await cluster.StartAsync(Cancellation);
        await using var connected = await ConnectedClient.ConnectAsync(cluster[0].Service, Cancellation, settings: ("IpfsKit__Client__UploadAttempts", "1"));
        var client = connected.Client;
        var contents = new Dictionary<Cid, byte[]>();
        for (var i = 0; i < 4; i++)
        {
            var content = RandomNumberGenerator.GetBytes(200_000);
            contents[(await client.AddStreamAsync(new MemoryStream(content), new AddOptions { WriteConcern = WriteConcern.Of(2) }, cancellationToken: Cancellation)).Root] = content;
        }

        await redis.PauseAsync(Cancellation);
        var watch = Stopwatch.StartNew();
        var adding = Record.ExceptionAsync(() => client.AddStreamAsync(new MemoryStream(RandomNumberGenerator.GetBytes(100_000)), cancellationToken: Cancellation));
        var reads = 0;
        while (watch.Elapsed < outage || !adding.IsCompleted)
        {
            Assert.True(adding.IsCompleted || watch.Elapsed < Longest, $"An add hangs for more than {Longest}.");
            reads += await ReadAllAsync();
        }

        Assert.IsType<IpfsKitException>(await adding, exactMatch: false);
        await redis.ResumeAsync(Cancellation);

        var late = RandomNumberGenerator.GetBytes(100_000);
        await Eventually.TrueAsync("adds succeed again", async () => await Record.ExceptionAsync(AddLateAsync) is null, Longest, Cancellation);
        await ReadAllAsync();
        // Every read of the outage is counted once the store is back.
        foreach (var root in contents.Keys)
        {
            await Eventually.TrueAsync(
                "reads are counted", async () => (await client.StatAsync($"/ipfs/{root}", Cancellation)).Root!.Heat.Accesses >= reads / contents.Count, Longest, Cancellation);
        }

        var listed = new HashSet<Cid>();
        await foreach (var root in client.ListRootsAsync(Cancellation))
            listed.Add(root.Root);
        Assert.Superset(contents.Keys.ToHashSet(), listed);

        async Task AddLateAsync() => contents[(await client.AddStreamAsync(new MemoryStream(late), cancellationToken: Cancellation)).Root] = late;

        async Task<int> ReadAllAsync()
        {
            var read = 0;
            foreach (var (root, content) in contents)
            {
                Assert.Equal(content, await client.ReadAllBytesAsync(IpfsPath.Parse($"/ipfs/{root}"), cancellationToken: Cancellation));
                read++;
            }

            return read;
        }
    }
}
