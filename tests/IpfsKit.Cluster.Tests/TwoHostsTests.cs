using System.Security.Cryptography;
using IpfsKit.Client;
using IpfsKit.Ipld;
using IpfsKit.TestKit;

namespace IpfsKit.Cluster.Tests;

/// <summary>Two service processes of one cluster.</summary>
public sealed class TwoHostsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Content_AddedOnOneSilo_IsReadThroughTheOtherWhichThenHoldsItToo()
    {
        using var directory = new TemporaryDirectory();
        await using var hosts = await HostPair.StartAsync(directory.Path, Cancellation);
        var content = RandomNumberGenerator.GetBytes(5 << 20);

        var added = await hosts.ToFirst.Client.AddStreamAsync(new MemoryStream(content), cancellationToken: Cancellation);
        var holder = Assert.Single((await hosts.StatAsync(added.Root, Cancellation)).Placements).Node;
        var other = (await hosts.ToSecond.Client.ListNodesAsync(Cancellation)).Single(node => node.Node != holder);
        var sent = await hosts.ReadThroughAsync(other.Node, added.Root, Cancellation);

        Assert.True(sent > content.Length);
        await Eventually.TrueAsync("both silos are listed", async () => (await hosts.StatAsync(added.Root, Cancellation)).Placements.Count == 2, TimeSpan.FromSeconds(30), Cancellation);
        var stats = (await hosts.ToFirst.Client.GetStatsAsync(Cancellation)).Retrieval;
        Assert.Equal((1, stats.TotalBytesRetrieved), (stats.CacheMissesHandled, stats.BytesFromCluster));
        Assert.Equal(added.DagBytes, stats.TotalBytesRetrieved);
        Assert.Equal(content, await hosts.ToSecond.Client.ReadAllBytesAsync(IpfsPath.Parse($"/ipfs/{added.Root}"), cancellationToken: Cancellation));
    }
}
