using IpfsKit.Grains.Hosting;
using IpfsKit.Storage.Liveness;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Nodes;

/// <summary>Frees, now and then, the blocks that no root of this silo reaches.</summary>
internal sealed class Collector(IpfsNode node, TimeProvider time, IOptions<IpfsKitOptions> options, NodeInstruments instruments, ILogger<Collector> logger) : IAsyncDisposable
{
    private readonly BackgroundLoop _loop = new("The collector", options.Value.Storage.CollectInterval, time, logger);

    /// <summary>Told of each collection.</summary>
    public Action<CollectionReport>? Collected { get; set; }

    /// <summary>Starts the loop.</summary>
    public void Start() => _loop.Start(CollectUnlessCatalogIsLostAsync);

    /// <summary>Ends the loop; a collection under way ends after its batch.</summary>
    public Task StopAsync() => _loop.StopAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    /// <summary>One collection, unless nobody knows the roots: then everything would go.</summary>
    internal async Task CollectUnlessCatalogIsLostAsync(CancellationToken cancellationToken)
    {
        if (!node.Storage.LacksCatalog)
            await CollectAsync(cancellationToken);
    }

    /// <summary>One collection.</summary>
    internal async Task<CollectionReport> CollectAsync(CancellationToken cancellationToken)
    {
        var report = await node.Storage.Collector.CollectAsync(cancellationToken: cancellationToken);
        if (report.Swept is { } swept)
            instruments.AddCollected(swept);
        Collected?.Invoke(report);
        return report;
    }
}
