using System.Net;
using IpfsKit.Ipld;
using IpfsKit.TestKit;

namespace IpfsKit.Cluster.Tests;

/// <summary>The service as its README starts it: no configuration but where its data lies.</summary>
public sealed class HostTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoHosts_OnOneDataDirectory_TakeSlotsAndPortsOfTheirOwn()
    {
        using var directory = new TemporaryDirectory();
        await using var first = await SiloHostProcess.StartAsync(directory.Path, Cancellation);
        await using var second = await SiloHostProcess.StartAsync(directory.Path, Cancellation);

        Assert.NotEqual(first.Service.PeerId, second.Service.PeerId);
        Assert.NotEqual(first.Service.Gateway, second.Service.Gateway);
        Assert.Empty(first.Service.HttpAddresses.Intersect(second.Service.HttpAddresses));
        foreach (var host in new[] { first, second })
        {
            await using var connected = await ConnectedClient.ConnectAsync(host.Service, Cancellation);
            var node = Assert.Single(await connected.Client.ListNodesAsync(Cancellation));
            Assert.Equal(host.Service.PeerId, node.Node.ToString());
        }
    }

    [Fact]
    public async Task Host_Running_AnswersHealthDashboardAndMetrics()
    {
        using var directory = new TemporaryDirectory();
        await using var host = await SiloHostProcess.StartAsync(directory.Path, Cancellation);
        using var http = new HttpClient { BaseAddress = host.Service.HttpAddresses[0] };

        foreach (var path in new[] { "alive", "health", "dashboard/", "dashboard/DashboardCounters" })
        {
            using var response = await http.GetAsync(path, Cancellation);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"/{path} answered {response.StatusCode}.");
        }

        Assert.Contains("ipfskit", await http.GetStringAsync("metrics", Cancellation));
    }

    [Fact]
    public async Task Host_Terminated_DrainsAndKeepsWhatItAcknowledged()
    {
        using var directory = new TemporaryDirectory();
        Multiformats.Cid root;
        string peerId;
        await using (var host = await SiloHostProcess.StartAsync(directory.Path, Cancellation))
        {
            await using var connected = await ConnectedClient.ConnectAsync(host.Service, Cancellation);
            root = (await connected.Client.AddStreamAsync(new MemoryStream("kept"u8.ToArray()), cancellationToken: Cancellation)).Root;
            peerId = host.Service.PeerId;
            Assert.Equal(0, await host.TerminateAsync(Cancellation));
        }

        await using var again = await SiloHostProcess.StartAsync(directory.Path, Cancellation);
        await using var client = await ConnectedClient.ConnectAsync(again.Service, Cancellation);
        Assert.Equal(peerId, again.Service.PeerId);
        using var reader = new StreamReader(await client.Client.OpenReadAsync(IpfsPath.Parse($"/ipfs/{root}"), Cancellation));
        Assert.Equal("kept", await reader.ReadToEndAsync(Cancellation));
    }
}
