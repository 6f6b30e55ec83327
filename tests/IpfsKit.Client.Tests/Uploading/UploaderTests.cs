using System.Collections.Concurrent;
using System.Text.Json;
using IpfsKit.Client.DataPlane;
using IpfsKit.Client.Locating;
using IpfsKit.Client.Tests.Support;
using IpfsKit.Client.Uploading;
using IpfsKit.Grains;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Ipld;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace IpfsKit.Client.Tests.Uploading;

/// <summary>Uploads are repeated only if that can be done, only so often, and never before the silo was asked what became of the last one.</summary>
public sealed class UploaderTests : IAsyncLifetime
{
    private const int ContentBytes = 2_000_000;

    private readonly byte[] _content = TestContent.Bytes(ContentBytes);
    private readonly ConcurrentQueue<string> _events = new();
    private readonly UploadReceipt _receipt = new() { Roots = [new UploadedRoot { Cid = "bafkqaaa" }], Blocks = 7 };
    private TestDataPlane _plane = null!;
    private ServiceProvider _services = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _plane = await TestDataPlane.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _plane.DisposeAsync();
    }

    [Fact]
    public async Task Replayable_ConnectionBreaks_IsSentAgainFromItsBeginningAfterTheOutcomeWasAsked()
    {
        Script(BreakAsync, TakeAsync);
        var source = new MemoryStream([9, 9, 9, .. _content]) { Position = 3 };

        var receipt = await UploadAsync(source);

        Assert.Equal(_receipt.Blocks, receipt.Blocks);
        Assert.Equal(["broken", "asked", $"took {ContentBytes}"], _events);
    }

    [Fact]
    public async Task Replayable_ConnectionBreaksAfterTheCommit_TakesTheReceiptAndSendsNothingTwice()
    {
        Script(TakeAndBreakAsync, TakeAsync);

        var receipt = await UploadAsync(new MemoryStream(_content), outcome: context => WriteReceiptAsync(context));

        Assert.Equal(_receipt.Blocks, receipt.Blocks);
        Assert.Equal([$"took {ContentBytes}", "asked"], _events);
    }

    [Fact]
    public async Task Replayable_OutcomeSaysThatTheContentIsWrong_EndsThere()
    {
        Script(BreakAsync, TakeAsync);

        await Assert.ThrowsAsync<BlockIntegrityException>(() => UploadAsync(
            new MemoryStream(_content),
            outcome: _ => throw new BlockIntegrityException(Multiformats.Cid.Parse("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"))));

        Assert.Equal(["broken", "asked"], _events);
    }

    [Fact]
    public async Task ForwardOnly_ConnectionBreaks_IsInterruptedAfterTheOutcomeWasAsked()
    {
        Script(BreakAsync, TakeAsync);

        var thrown = await Assert.ThrowsAsync<UploadInterruptedException>(() => UploadAsync(new ForwardStream(_content)));

        Assert.InRange(thrown.SentBytes, 1, ContentBytes);
        Assert.Equal(["broken", "asked"], _events);
    }

    [Fact]
    public async Task ForwardOnly_ConnectionBreaksAfterTheCommit_TakesTheReceipt()
    {
        Script(TakeAndBreakAsync);

        var receipt = await UploadAsync(new ForwardStream(_content), outcome: context => WriteReceiptAsync(context));

        Assert.Equal(_receipt.Blocks, receipt.Blocks);
    }

    [Fact]
    public async Task ForwardOnly_RefusedBeforeItWasTouched_IsSentToTheNext()
    {
        Script(_ => throw new NodeBusyException("full", TimeSpan.FromMilliseconds(1)), TakeAsync);

        await UploadAsync(new ForwardStream(_content));

        Assert.Equal([$"took {ContentBytes}"], _events);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Replayable_EveryAttemptBreaks_GivesUpAfterTheAttempts(int attempts)
    {
        Script([.. Enumerable.Repeat<Func<HttpContext, Task>>(BreakAsync, 10)]);

        var thrown = await Assert.ThrowsAsync<NoNodeAvailableException>(() => UploadAsync(new MemoryStream(_content), attempts));

        Assert.Equal(attempts, thrown.Tried.Count);
        Assert.Equal(attempts, _events.Count(what => what == "broken"));
        Assert.Equal(attempts, _events.Count(what => what == "asked"));
    }

    [Fact]
    public async Task Replayable_ErrorOfTheFirstAttempt_IsNotThatOfTheLast()
    {
        Script(BreakAsync, BreakAsync);
        var asked = 0;

        var thrown = await Assert.ThrowsAsync<NoNodeAvailableException>(() => UploadAsync(
            new MemoryStream(_content), attempts: 2, outcome: _ => asked++ == 0
                ? throw new InsufficientStorageException("no room a while ago")
                : throw DataPlaneRefusals.UploadUnknown()));

        Assert.DoesNotContain("no room", thrown.Tried[1], StringComparison.Ordinal);
    }

    private void Script(params Func<HttpContext, Task>[] uploads)
    {
        var next = new ConcurrentQueue<Func<HttpContext, Task>>(uploads);
        _uploads = context => next.TryDequeue(out var upload) ? upload(context) : throw new InvalidOperationException("An upload too many.");
    }

    private Func<HttpContext, Task> _uploads = _ => Task.CompletedTask;

    private async Task<UploadReceipt> UploadAsync(Stream source, int attempts = 3, Func<HttpContext, Task>? outcome = null)
    {
        _plane.Upload = context =>
        {
            if (HttpMethods.IsPost(context.Request.Method))
                return _uploads(context);
            Assert.Equal($"/{DataPlaneProtocol.UploadOutcomePath}", context.Request.Path);
            _events.Enqueue("asked");
            return (outcome ?? (_ => throw DataPlaneRefusals.UploadUnknown()))(context);
        };
        var options = new IpfsKitClientOptions { RetryDelay = TimeSpan.FromMilliseconds(1), UploadAttempts = attempts };
        var services = new ServiceCollection();
        services.AddIpfsKitClient();
        _services = services.BuildServiceProvider();
        var http = new DataPlaneHttp(_services.GetRequiredService<IHttpClientFactory>(), options, TimeProvider.System);
        return await new Uploader(new Targets(_plane), http, options, TimeProvider.System, NullLogger.Instance)
            .UploadAsync(DataPlaneProtocol.AddPath, new StreamUploadSource(source), null, Cancellation);
    }

    private async Task BreakAsync(HttpContext context)
    {
        await context.Request.Body.ReadExactlyAsync(new byte[ContentBytes / 4], context.RequestAborted);
        _events.Enqueue("broken");
        context.Abort();
    }

    private async Task TakeAsync(HttpContext context)
    {
        var body = await context.Request.Body.ReadToEndAsync(context.RequestAborted);
        Assert.Equal(_content, body);
        _events.Enqueue($"took {body.Length}");
        await WriteReceiptAsync(context);
    }

    private async Task TakeAndBreakAsync(HttpContext context)
    {
        _events.Enqueue($"took {(await context.Request.Body.ReadToEndAsync(context.RequestAborted)).Length}");
        context.Abort();
    }

    private async Task WriteReceiptAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(_receipt, UploadReceipt.JsonType), context.RequestAborted);
    }

    private sealed class Targets(TestDataPlane plane) : IUploadTargets
    {
        public ValueTask<IReadOnlyList<NodeInfo>> ListAsync(CancellationToken cancellationToken) =>
            new([new NodeInfo { Node = plane.Node, Role = NodeRole.Worker, DataAddress = plane.Address }]);

        public ValueTask<DataEndpoint> OpenAsync(NodeInfo node, UploadRequest request, CancellationToken cancellationToken) => new(plane.Endpoint());
    }
}
