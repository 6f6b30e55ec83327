using System.Net;
using System.Net.Http.Headers;
using System.Text;
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

    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://0.0.0.0:0")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "0")]
    [InlineData("Kestrel__Endpoints__Http__Url", "http://[::]:0")]
    public async Task Host_OpenToOtherMachinesWithoutAToken_RefusesToStartAndSaysWhatToDo(string name, string value)
    {
        using var directory = new TemporaryDirectory();

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => SiloHostProcess.StartAsync(directory.Path, Cancellation, (name, value)));

        Assert.Contains("IpfsKit:Http:BearerToken", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_WithAToken_AsksForItEverywhereButAtHealth()
    {
        const string Token = "0123456789abcdef";
        using var directory = new TemporaryDirectory();
        await using var host = await SiloHostProcess.StartAsync(
            directory.Path, Cancellation, ("ASPNETCORE_URLS", "http://0.0.0.0:0"), ("IpfsKit__Http__BearerToken", Token));
        using var http = new HttpClient { BaseAddress = new UriBuilder(host.Service.HttpAddresses[0]) { Host = "127.0.0.1" }.Uri };

        foreach (var path in new[] { "alive", "health" })
            Assert.Equal(HttpStatusCode.OK, await GetAsync(path, null));
        foreach (var path in new[] { "metrics", "dashboard/", "dashboard/DashboardCounters", "DASHBOARD/DashboardCounters" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(path, null));
            Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(path, new("Bearer", Token + "0")));
            Assert.Equal(HttpStatusCode.OK, await GetAsync(path, new("Bearer", Token)));
            Assert.Equal(HttpStatusCode.OK, await GetAsync(path, new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"me:{Token}")))));
        }

        async Task<HttpStatusCode> GetAsync(string path, AuthenticationHeaderValue? authorization)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = authorization;
            using var response = await http.SendAsync(request, Cancellation);
            return response.StatusCode;
        }
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
