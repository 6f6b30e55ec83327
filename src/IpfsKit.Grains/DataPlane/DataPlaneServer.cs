using IpfsKit.Grains.Content;
using IpfsKit.Grains.Heat;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Tickets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.DataPlane;

/// <summary>Kestrel without a web host: one socket, one application, none of the environment that a host would read addresses and limits from.</summary>
internal sealed class DataPlaneServer : IDataPlane, IAsyncDisposable
{
    private const int MaxRequestLineBytes = 128 << 10;
    private const int MaxRequestHeadersBytes = 16 << 10;
    private const int MaxRequestHeaders = 32;

    // Whole blocks go into the response at once; with less room each would wait for its own end to be sent.
    private const long MaxResponseBufferBytes = 4 << 20;

    private readonly KestrelServer _server;
    private readonly DataPlaneApplication _application;

    public DataPlaneServer(
        IpfsNode node,
        ContentReads reads,
        TicketService tickets,
        ContentRegistrar registrar,
        TouchAggregator touches,
        ReadGate gate,
        DataPlaneInstruments instruments,
        IOptions<IpfsKitOptions> options,
        TimeProvider time,
        IServiceProvider services,
        ILoggerFactory loggers)
    {
        var limits = options.Value.DataPlane;
        _application = new DataPlaneApplication(
            new ContentHandler(node, reads, tickets, touches, gate),
            new UploadHandler(node, tickets, registrar, new UploadOutcomes(limits.MaxRememberedUploads, time), limits),
            new AddHandler(limits),
            new ImportHandler(limits),
            instruments,
            limits,
            loggers.CreateLogger<DataPlaneApplication>());
        var transport = new SocketTransportOptions
        {
            CreateBoundListenSocket = _ => node.Listener.Socket,
        };
        _server = new KestrelServer(
            Options.Create(Configure(node, limits, services)), new SocketTransportFactory(Options.Create(transport), loggers), loggers);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(_application, cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    private static KestrelServerOptions Configure(IpfsNode node, DataPlaneOptions options, IServiceProvider services)
    {
        var kestrel = new KestrelServerOptions
        {
            AddServerHeader = false,
            ApplicationServices = services,
        };
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.MaxRequestLineSize = MaxRequestLineBytes;
        limits.MaxRequestHeadersTotalSize = MaxRequestHeadersBytes;
        limits.MaxRequestHeaderCount = MaxRequestHeaders;
        // Reads have no body; uploads set their own maximum.
        limits.MaxRequestBodySize = 0;
        limits.MaxResponseBufferSize = MaxResponseBufferBytes;
        limits.RequestHeadersTimeout = options.RequestHeadersTimeout;
        limits.KeepAliveTimeout = options.KeepAliveTimeout;
        var rate = options.MinBytesPerSecond == 0 ? null : new MinDataRate(options.MinBytesPerSecond, options.MinRateGrace);
        limits.MinRequestBodyDataRate = rate;
        limits.MinResponseDataRate = rate;
        kestrel.Listen(node.Listener.EndPoint, listen => listen.Protocols = HttpProtocols.Http1);
        return kestrel;
    }
}
