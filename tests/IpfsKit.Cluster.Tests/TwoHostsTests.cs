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

        // What the cluster did is the sum of what its silos did, whichever of them is asked.
        var all = await hosts.ToSecond.Client.GetStatsAsync(Cancellation);
        Assert.Equal((2, 1, 1.0), (all.Nodes.Count, all.Retrieval.CacheMisses, all.Retrieval.SuccessRate));
        Assert.Equal(all.Nodes.Sum(node => node.Retrieval.TotalBytesRetrieved), all.Retrieval.TotalBytesRetrieved);
        Assert.Equal((1, 1, 0), (all.Retrieval.Discovery.Searches, all.Retrieval.Discovery.ProvidersFound, all.Retrieval.Discovery.FailedDiscoveries));
        Assert.True(all.Retrieval.AverageRetrieveTime > TimeSpan.Zero);
    }

    [Fact]
    public async Task Content_OfASiloThatCannotBeReachedOverHttp_IsReadThroughTheOther()
    {
        using var directory = new TemporaryDirectory();
        await using var hosts = await HostPair.StartAsync(directory.Path, Cancellation);
        var content = RandomNumberGenerator.GetBytes(3 << 20);
        var added = await hosts.ToFirst.Client.AddStreamAsync(new MemoryStream(content), cancellationToken: Cancellation);
        var holder = Assert.Single((await hosts.StatAsync(added.Root, Cancellation)).Placements).Node;
        var address = (await hosts.ToFirst.Client.ListNodesAsync(Cancellation)).Single(node => node.Node == holder).DataAddress!;
        await using var outside = await ConnectedClient.ConnectAsync(hosts.First.Service, Cancellation, unreachable: address);

        Assert.Equal(content, await outside.Client.ReadAllBytesAsync(IpfsPath.Parse($"/ipfs/{added.Root}"), cancellationToken: Cancellation));
    }
}
