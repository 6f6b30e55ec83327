using System.Collections.Concurrent;
using IpfsKit.Grains;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.Multiformats;
using IpfsKit.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Client.Tests.Support;

/// <summary>A data plane over a memory store that answers as told: honestly, or as a broken or lying silo would.</summary>
internal sealed class TestDataPlane : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly EntityStreamer _streamer;

    private TestDataPlane(WebApplication application, IBlockSource blocks, PeerId node)
    {
        _application = application;
        _streamer = new EntityStreamer(blocks, 256);
        Node = node;
    }

    /// <summary>Who it says it is.</summary>
    public PeerId Node { get; }

    /// <summary>What is done to the blocks of a response; replaced by tests.</summary>
    public Func<Response, Task> Behaviour { get; set; } = response => response.WriteAllAsync();

    /// <summary>What is done to uploads; replaced by tests.</summary>
    public Func<HttpContext, Task> Upload { get; set; } = context => context.Request.Body.CopyToAsync(Stream.Null);

    /// <summary>The targets of all requests so far.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Its base address.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    public static async Task<TestDataPlane> StartAsync(IBlockSource? blocks = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<KestrelServerOptions>(options => options.Limits.MaxRequestBodySize = null);
        var application = builder.Build();
        var key = new byte[16];
        Random.Shared.NextBytes(key);
        var plane = new TestDataPlane(application, blocks ?? new MemoryBlockStore(), PeerId.FromPublicKey(key));
        application.Run(plane.HandleAsync);
        await application.StartAsync();
        plane.Address = new Uri(application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First() + "/");
        return plane;
    }

    /// <summary>The endpoint as a locator gives it.</summary>
    public DataEndpoint Endpoint(string ticket = "ticket", DateTimeOffset? expiresAt = null) => new()
    {
        Node = Node,
        Address = Address,
        Ticket = ticket,
        ExpiresAt = expiresAt ?? DateTimeOffset.MaxValue,
    };

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        Requests.Enqueue(target);
        try
        {
            if (!RequestPath.IsContent(target))
            {
                await Upload(context);
                return;
            }

            var query = EntityQuery.Parse(RequestPath.Parse(target), context.Request.Query);
            var resolved = await _streamer.ResolveAsync(query, context.RequestAborted);
            var blocks = _streamer.StreamAsync(resolved, query, context.RequestAborted);
            await Behaviour(new Response(context, resolved.Cid, blocks));
        }
        catch (Exception exception) when (!context.Response.HasStarted && exception is not OperationCanceledException)
        {
            await HttpProblemWriter.WriteAsync(context, DataPlaneProblems.From(exception), TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>A response under way.</summary>
    internal sealed class Response(HttpContext context, Cid root, IAsyncEnumerable<Block> blocks)
    {
        public HttpContext Context => context;

        public Cid Root => root;

        public IAsyncEnumerable<Block> Blocks => blocks;

        public Task WriteAllAsync() => WriteAsync(blocks);

        /// <summary>Writes blocks as a CAR, as they are.</summary>
        public async Task WriteAsync(IAsyncEnumerable<Block> chosen)
        {
            context.Response.ContentType = DataPlaneProtocol.CarMediaType;
            await using var writer = await CarWriter.CreateAsync(context.Response.Body, [root], leaveOpen: true, context.RequestAborted);
            await foreach (var block in chosen)
                await writer.WriteAsync(Block.CreateTrusted(block.Cid, block.Data), context.RequestAborted);
        }

        /// <summary>Writes that many blocks and breaks the connection, or just ends the response.</summary>
        public async Task WriteSomeAsync(int count, bool abort)
        {
            await WriteAsync(blocks.Take(count));
            await context.Response.Body.FlushAsync();
            if (abort)
                context.Abort();
        }
    }
}
