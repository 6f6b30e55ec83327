using System.Net;
using System.Text.Json;
using IpfsKit.Client.Tests.Support;
using IpfsKit.Grains;
using IpfsKit.Multiformats;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Client.Tests.DataPlane;

/// <summary>A silo and plain HTTP: what any other implementation of the protocol would see.</summary>
public abstract class DataPlaneTestBase : IAsyncLifetime
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected TestSilo Silo { get; private set; } = null!;

    protected HttpClient Http { get; } = new(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromSeconds(10) });

    private IGrainFactory Grains => Silo.ClientServices.GetRequiredService<IClusterClient>();

    public async ValueTask InitializeAsync() => Silo = await TestSilo.StartAsync(Configure, configureSilo: ConfigureSilo);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Silo.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual void Configure(Grains.DataPlane.DataPlaneOptions options)
    {
    }

    protected virtual void ConfigureSilo(ISiloBuilder silo)
    {
    }

    protected async Task<Cid> AddAsync(byte[] content, string? wrapAs = null) =>
        (await Silo.Client.AddStreamAsync(new MemoryStream(content), new AddOptions { WrapAs = wrapAs }, cancellationToken: Cancellation)).Root;

    protected async Task<DataEndpoint> LocateAsync(Cid root) => (await Grains.GetContentGrain(root).LocateAsync(Cancellation))!.Endpoints.Single();

    protected async Task<DataEndpoint> OpenUploadAsync(long maxBytes = long.MaxValue)
    {
        var node = (await Grains.GetGrain<INodeDirectoryGrain>(0).ListNodesAsync(Cancellation)).Single();
        return await Grains.GetGrain<INodeGrain>(node.Node.ToString()).OpenUploadAsync(new UploadRequest { MaxBytes = maxBytes }, Cancellation);
    }

    protected async Task<HttpResponseMessage> GetAsync(
        DataEndpoint endpoint, string relative, Action<HttpRequestMessage>? configure = null, string? ticket = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(endpoint.Address!, relative));
        if (ticket != "")
            request.Headers.Add(DataPlaneProtocol.TicketHeader, ticket ?? endpoint.Ticket);
        configure?.Invoke(request);
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    protected async Task<HttpResponseMessage> PostAsync(
        DataEndpoint endpoint, string relative, HttpContent content, bool expectContinue = false, CancellationToken? cancellationToken = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(endpoint.Address!, relative)) { Content = content };
        request.Headers.Add(DataPlaneProtocol.TicketHeader, endpoint.Ticket);
        request.Headers.ExpectContinue = expectContinue;
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken ?? Cancellation);
    }

    protected static async Task<DataPlaneProblem> ReadProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal(DataPlaneProtocol.ProblemMediaType, response.Content.Headers.ContentType?.MediaType);
        var problem = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(Cancellation), DataPlaneProblem.JsonType)!;
        Assert.Equal((status, code, (int)status), (response.StatusCode, problem.Code, problem.Status));
        Assert.False(string.IsNullOrEmpty(problem.Detail));
        return problem;
    }

    protected static async Task<UploadReceipt> ReadReceiptAsync(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancellation));
        return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(Cancellation), UploadReceipt.JsonType)!;
    }

    protected static HttpContent FileContent(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new(DataPlaneProtocol.FileMediaType);
        return content;
    }
}
