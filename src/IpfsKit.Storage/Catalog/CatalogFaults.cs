using IpfsKit.Ipld;
using IpfsKit.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace IpfsKit.Storage.Catalog;

internal sealed class CatalogFaults : SqliteFaults
{
    /// <summary>The least that SQLite writes at once.</summary>
    private const int PageBytes = 4096;

    public override Exception NewerVersion(string path, int found, int supported) => new DataDirectoryVersionException(path, found, supported);

    public override Exception Failed(string path, string doing, string reason, SqliteException? cause) => cause?.SqliteErrorCode switch
    {
        SQLITE_FULL => new StorageFullException(path, "the free space of the disk", FreeBytes(path), PageBytes, cause),
        SQLITE_CORRUPT or SQLITE_NOTADB => new StorageCorruptedException(path, reason, cause),
        _ => new CatalogException(path, doing, reason, cause),
    };

    public override Exception QueueFull(string path, string limit, long value) => new CatalogQueueFullException(path, limit, value);

    public override Exception Closed(string path) => new ObjectDisposedException(nameof(SiloCatalog), $"The catalog '{path}' has been closed.");

    private static long FreeBytes(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace;
        }
        catch (IOException)
        {
            // The number only informs; the failure itself is what counts.
            return 0;
        }
    }
}
