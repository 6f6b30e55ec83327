using System.Security.Cryptography;
using System.Text;
using IpfsKit.Client;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Cluster.Tests.Stores;

/// <summary>Clusters that keep members and grain state in a real server, by configuration alone.</summary>
public sealed class StoreClusterTests(StoreServices services)
{
    /// <summary>A state as a silo of another time would write it.</summary>
    private static readonly byte[] Newer = """{"v":99,"s":{"tomorrow":true}}"""u8.ToArray();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Redis)]
    [InlineData(StoreKind.Postgres)]
    public Task Cluster_AllKilledAndStartedAgain_HasEverythingThatWasAcknowledged(StoreKind kind) => RunAsync(kind, cluster => cluster.KillAsync());

    [Theory]
    [InlineData(StoreKind.AzureTables)]
    [InlineData(StoreKind.AzureBlobs)]
    public Task Cluster_AllStoppedAndStartedAgain_HasEverythingThatWasAcknowledged(StoreKind kind) => RunAsync(kind, cluster => cluster.TerminateAsync(Cancellation));

    /// <summary>The command line, given nothing but what Aspire gives a client.</summary>
    private static async Task ClientProgramAsync(ClusterStore store, Dictionary<Cid, byte[]> contents)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = root.Parent!.Name;
        while (!File.Exists(Path.Combine(root!.FullName, "IpfsKitOrleans.sln")))
            root = root.Parent;
        var program = Path.Combine(root.FullName, "client-sample", "bin", configuration, "net10.0", "IpfsKit.ClientSample.dll");
        string[] command = [.. store.Client.Select(variable => $"{variable.Key}={variable.Value}"), "dotnet", program, "stat", $"/ipfs/{contents.Keys.First()}"];
        // It gives up after ten seconds, which a machine that runs all of this at once may need.
        var output = await Eventually.GetAsync("the client program finds the cluster", async () =>
        {
            var (exitCode, printed) = await CommandLine.TryRunAsync("env", AppContext.BaseDirectory, Cancellation, command);
            return exitCode == 0 ? printed : null;
        }, TimeSpan.FromSeconds(60), Cancellation);
        Assert.Contains(contents.Keys.First().ToString(), output, StringComparison.Ordinal);
    }

    private async Task RunAsync(StoreKind kind, Func<StoreCluster, Task> end)
    {
        using var directory = new TemporaryDirectory();
        var store = await services.CreateAsync(kind, Cancellation);
        await using var cluster = new StoreCluster(store, directory.Path, size: 2);
        await cluster.StartAsync(Cancellation);
        var contents = new Dictionary<Cid, byte[]>();
        Cid pinned;
        await using (var client = await ConnectedClient.ConnectAsync(store.Client, Cancellation))
        {
            await using var first = await ConnectedClient.ConnectAsync(cluster[0].Service, Cancellation);
            await using var second = await ConnectedClient.ConnectAsync(cluster[1].Service, Cancellation);
            for (var i = 0; i < 6; i++)
            {
                var content = RandomNumberGenerator.GetBytes(100_000 * (i + 1));
                var adder = new[] { client, first, second }[i % 3].Client;
                contents[(await adder.AddStreamAsync(new MemoryStream(content), new AddOptions { Pin = false }, cancellationToken: Cancellation)).Root] = content;
            }

            pinned = contents.Keys.First();
            await second.Client.PinAsync($"/ipfs/{pinned}", cancellationToken: Cancellation);
            await CheckAsync(first.Client);
            await CheckAsync(second.Client);
        }

        await end(cluster);
        var (damaged, damagedContent) = contents.Last();
        var good = store.States is null ? null : await store.States.ReplaceAsync(damaged, Newer, Cancellation);
        if (good is not null)
            contents.Remove(damaged);
        await cluster.StartAsync(Cancellation);

        await using var again = await ConnectedClient.ConnectAsync(store.Client, Cancellation);
        await CheckAsync(again.Client);
        if (good is not null)
        {
            // A state that this software cannot read is an error that says so, and stays as it is until somebody has put it right.
            Assert.StartsWith("{\"v\":1,\"s\":{", Encoding.UTF8.GetString(good), StringComparison.Ordinal);
            var thrown = await Assert.ThrowsAnyAsync<IpfsKitException>(() => again.Client.StatAsync($"/ipfs/{damaged}", Cancellation));
            Assert.Contains("version 99", thrown.Message, StringComparison.Ordinal);
            Assert.Contains(damaged.ToV1().ToString(), thrown.Message, StringComparison.Ordinal);
            Assert.Equal(Newer, await store.States!.ReplaceAsync(damaged, good, Cancellation));
            contents[damaged] = damagedContent;
        }

        await CheckAsync(again.Client);
        await ClientProgramAsync(store, contents);

        async Task CheckAsync(IIpfsKitClient client)
        {
            foreach (var (root, content) in contents)
                Assert.Equal(content, await client.ReadAllBytesAsync(IpfsPath.Parse($"/ipfs/{root}"), cancellationToken: Cancellation));
            var pins = new List<Cid>();
            await foreach (var pin in client.ListPinsAsync(cancellationToken: Cancellation))
                pins.Add(pin.Cid);
            Assert.Equal([pinned], pins);
        }
    }
}
