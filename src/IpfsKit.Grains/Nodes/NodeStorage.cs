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
    private readonly string _lackMarker;

    private NodeStorage(SegmentBlockStore blocks, SiloCatalog catalog, LivenessCollector collector, SegmentStoreOptions blockOptions, string lackMarker)
    {
        _lackMarker = lackMarker;
        LacksCatalog = File.Exists(lackMarker);
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

    /// <summary>Whether the blocks were here before the catalog, which must have been lost: no root of it keeps them, and nothing may be collected until it has been filled again.</summary>
    public bool LacksCatalog { get; private set; }

    /// <summary>The catalog has been filled.</summary>
    public void CompleteCatalog()
    {
        File.Delete(_lackMarker);
        LacksCatalog = false;
    }

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
            var lackMarker = catalogOptions.Path + ".lost";
            // Written before there is a catalog, which the next start would take for the one that always was.
            if (!File.Exists(catalogOptions.Path) && blocks.GetStatistics().Blocks > 0)
            {
                await File.WriteAllBytesAsync(lackMarker, [], cancellationToken);
                PhysicalFileSystem.Instance.SyncDirectory(Path.GetDirectoryName(lackMarker)!);
            }

            var catalog = await SiloCatalog.OpenAsync(catalogOptions, meters, cancellationToken);
            return new NodeStorage(blocks, catalog, new LivenessCollector(blocks, catalog, timeProvider: time, logger: loggers.CreateLogger<LivenessCollector>()), blockOptions, lackMarker);
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
