using System.Diagnostics.Metrics;
using IpfsKit.Storage;
using IpfsKit.Storage.Catalog;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Grains.Nodes;

/// <summary>What a node keeps in its slot: its blocks, and the catalog of the roots that need them. Disposing closes both.</summary>
internal sealed class NodeStorage : IAsyncDisposable
{
    private NodeStorage(SegmentBlockStore blocks, SiloCatalog catalog) => (Blocks, Catalog) = (blocks, catalog);

    /// <summary>The blocks.</summary>
    public SegmentBlockStore Blocks { get; }

    /// <summary>The roots and pins.</summary>
    public SiloCatalog Catalog { get; }

    /// <summary>Opens both, and recovers what the last process left.</summary>
    public static async Task<NodeStorage> OpenAsync(
        SegmentStoreOptions blockOptions, SiloCatalogOptions catalogOptions, TimeProvider time, IMeterFactory meters, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var blocks = await SegmentBlockStore.OpenAsync(
            blockOptions, timeProvider: time, logger: loggers.CreateLogger<SegmentBlockStore>(), meterFactory: meters, cancellationToken: cancellationToken);
        try
        {
            return new NodeStorage(blocks, await SiloCatalog.OpenAsync(catalogOptions, meters, cancellationToken));
        }
        catch
        {
            await blocks.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes the catalog, whose last changes may name blocks, then the blocks.</summary>
    public async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        await Blocks.DisposeAsync();
    }
}
