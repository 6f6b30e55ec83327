using System.Diagnostics.Metrics;
using IpfsKit.Grains.Hosting;
using IpfsKit.Storage;
using IpfsKit.Storage.Catalog;
using IpfsKit.Storage.Files;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Nodes;

/// <summary>Opens the storage of this silo's slot with the settings of <c>IpfsKit:Storage</c>.</summary>
/// <remarks>Its clock is the machine's: what storage does with time is to leave the disk to others for a while.</remarks>
internal sealed class NodeStorageFactory(
    NodeSlot slot, NodeProfile profile, IOptions<IpfsKitOptions> options, IMeterFactory meters, ILoggerFactory loggers, IStorageFileSystem? files = null)
{
    /// <summary>Opens, and recovers what the last process left.</summary>
    public Task<NodeStorage> OpenAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value.Storage;
        var blocks = new SegmentStoreOptions
        {
            Directory = slot.BlocksDirectory,
            CapacityBytes = settings.CapacityBytes ?? NodeStorageOptions.DefaultCapacityBytes(profile.Role),
            MinFreeDiskBytes = settings.MinFreeDiskBytes,
            SegmentBytes = settings.SegmentBytes,
        };
        return NodeStorage.OpenAsync(blocks, new SiloCatalogOptions { Path = slot.CatalogPath }, files, TimeProvider.System, meters, loggers, cancellationToken);
    }
}
