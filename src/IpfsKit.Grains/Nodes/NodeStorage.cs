using System.Diagnostics.Metrics;
using IpfsKit.Storage;
using IpfsKit.Storage.Catalog;
using IpfsKit.Storage.Files;
using IpfsKit.Storage.Liveness;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Grains.Nodes;

/// <summary>What a node keeps in its slot: its blocks, and the catalog of the roots that need them. Disposing closes both.</summary>
internal sealed class NodeStorage : IAsyncDisposable
{
    private readonly SegmentStoreOptions _blockOptions;

    private NodeStorage(SegmentBlockStore blocks, SiloCatalog catalog, LivenessCollector collector, SegmentStoreOptions blockOptions)
    {
        Blocks = blocks;
        Catalog = catalog;
        Collector = collector;
        _blockOptions = blockOptions;
    }

    /// <summary>The blocks.</summary>
    public SegmentBlockStore Blocks { get; }

    /// <summary>The roots and pins.</summary>
    public SiloCatalog Catalog { get; }

    /// <summary>Frees blocks that no root of the catalog reaches.</summary>
    public LivenessCollector Collector { get; }

    /// <summary>Bytes that the store may still take: what is left of its capacity, or of the disk if that is less.</summary>
    public long FreeBytes
    {
        get
        {
            var sizes = Blocks.GetStatistics();
            var disk = new DriveInfo(_blockOptions.Directory).AvailableFreeSpace - _blockOptions.MinFreeDiskBytes;
            return Math.Max(0, Math.Min(sizes.CapacityBytes - sizes.DiskBytes, disk));
        }
    }

    /// <summary>Opens both, and recovers what the last process left.</summary>
    public static async Task<NodeStorage> OpenAsync(
        SegmentStoreOptions blockOptions, SiloCatalogOptions catalogOptions, IStorageFileSystem? files, TimeProvider time, IMeterFactory meters, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var blocks = await SegmentBlockStore.OpenAsync(
            blockOptions, files, timeProvider: time, logger: loggers.CreateLogger<SegmentBlockStore>(), meterFactory: meters, cancellationToken: cancellationToken);
        try
        {
            var catalog = await SiloCatalog.OpenAsync(catalogOptions, meters, cancellationToken);
            return new NodeStorage(blocks, catalog, new LivenessCollector(blocks, catalog, timeProvider: time, logger: loggers.CreateLogger<LivenessCollector>()), blockOptions);
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
        Collector.Dispose();
        await Catalog.DisposeAsync();
        await Blocks.DisposeAsync();
    }
}
