using IpfsKit.Grains.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Nodes;

/// <summary>Frees, now and then, the blocks that no root of this silo reaches.</summary>
internal sealed partial class Collector(IpfsNode node, TimeProvider time, IOptions<IpfsKitOptions> options, NodeInstruments instruments, ILogger<Collector> logger) : IAsyncDisposable
{
    private readonly BackgroundLoop _loop = new("The collector", options.Value.Storage.CollectInterval, time, logger);

    /// <summary>Starts the loop.</summary>
    public void Start() => _loop.Start(CollectAsync);

    /// <summary>Ends the loop.</summary>
    public Task StopAsync() => _loop.StopAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    // A collection that cannot be sure of what lives throws and frees nothing; the next one tries again.
    private async Task CollectAsync(CancellationToken cancellationToken)
    {
        var freed = await node.Storage.CollectAsync(cancellationToken);
        instruments.AddCollected(freed);
        if (freed.Blocks > 0)
            LogCollected(logger, freed.Blocks, freed.Bytes);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Collected {Blocks} blocks of {Bytes} bytes that no root reaches.")]
    private static partial void LogCollected(ILogger logger, long blocks, long bytes);
}
