using IpfsKit.Cluster.Tests.Stores;
using IpfsKit.TestKit;

namespace IpfsKit.Cluster.Tests.Faults;

/// <summary>A data directory that was copied: of two silos with one identity, one is refused before it serves.</summary>
public sealed class SecondHolderTests(StoreServices services)
{
    private const string Refusal = "is running already, as silo";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Host_OnACopyOfADirectoryInUse_EndsWithASentence_AndOneThatWasKilledComesBack()
    {
        using var directory = new TemporaryDirectory();
        var store = await services.CreateAsync(StoreKind.Redis, Cancellation);
        var ports = FreePorts.Take(6);
        await using var first = await StartAsync("first", 0);
        CopyIdentity("first", "second");
        CopyIdentity("first", "third");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync("second", 1));

        Assert.Contains(first.Service.PeerId, refused.Message, StringComparison.Ordinal);
        Assert.Contains(Refusal, refused.Message, StringComparison.Ordinal);
        await using (var client = await ConnectedClient.ConnectAsync(first.Service, Cancellation))
            Assert.Equal(first.Service.PeerId, Assert.Single(await client.Client.ListNodesAsync(Cancellation)).Node.ToString());

        // Its previous life is in the table of members as active, and does not answer.
        await first.KillAsync();
        await using (var again = await StartAsync("first", 0))
        {
            Assert.Equal(first.Service.PeerId, again.Service.PeerId);
            Assert.Equal(0, await again.TerminateAsync(Cancellation));
        }

        var both = await Task.WhenAll(TryStartAsync("second", 1), TryStartAsync("third", 2));
        Assert.True(both.Count(host => host.Host is not null) <= 1, "Both serve.");
        foreach (var (host, failure) in both)
        {
            if (host is not null)
                await host.DisposeAsync();
            else
                Assert.Contains(Refusal, failure, StringComparison.Ordinal);
        }

        Task<SiloHostProcess> StartAsync(string name, int silo) => SiloHostProcess.StartAsync(
            directory.Combine(name),
            Cancellation,
            [
                .. store.Client.Concat(store.Silo).Select(setting => (setting.Key, setting.Value)),
                ("Orleans__Endpoints__AdvertisedIPAddress", "127.0.0.1"), ("Orleans__Endpoints__SiloPort", $"{ports[2 * silo]}"), ("Orleans__Endpoints__GatewayPort", $"{ports[(2 * silo) + 1]}"),
            ]);

        async Task<(SiloHostProcess? Host, string Failure)> TryStartAsync(string name, int silo)
        {
            try
            {
                return (await StartAsync(name, silo), "");
            }
            catch (InvalidOperationException e)
            {
                return (null, e.Message);
            }
        }

        void CopyIdentity(string from, string to)
        {
            const string Slot = "slot-0";
            var target = Directory.CreateDirectory(Path.Combine(directory.Combine(to), Slot)).FullName;
            File.Copy(Path.Combine(directory.Combine(from), Slot, "identity.key"), Path.Combine(target, "identity.key"));
        }
    }
}
