using System.Security.Cryptography;
using IpfsKit.Client;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Cluster.Tests.Stores;

/// <summary>Clusters that keep members and grain state in a real server, by configuration alone.</summary>
public sealed class StoreClusterTests(StoreServices services)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Redis)]
    [InlineData(StoreKind.Postgres)]
    public Task Cluster_AllKilledAndStartedAgain_HasEverythingThatWasAcknowledged(StoreKind kind) => RunAsync(kind, cluster => cluster.KillAsync());

    [Theory]
    [InlineData(StoreKind.AzureTables)]
    [InlineData(StoreKind.AzureBlobs)]
    public Task Cluster_AllStoppedAndStartedAgain_HasEverythingThatWasAcknowledged(StoreKind kind) => RunAsync(kind, cluster => cluster.TerminateAsync(Cancellation));

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
        await cluster.StartAsync(Cancellation);

        await using var again = await ConnectedClient.ConnectAsync(store.Client, Cancellation);
        await CheckAsync(again.Client);

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
