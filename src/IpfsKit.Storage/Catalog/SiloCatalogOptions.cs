using IpfsKit.Multiformats;
using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Storage.Catalog;

/// <summary>How a <see cref="SiloCatalog"/> behaves.</summary>
public sealed class SiloCatalogOptions
{
    /// <summary>The database file; it and its folder are made if they are not there.</summary>
    /// <value>A path; required. By convention <c>catalog.db</c> beside the segments.</value>
    public string Path { get; set; } = "";

    /// <summary>How long an operation waits for another process that has the file locked.</summary>
    /// <value>0 to 1 hour; default 10 s.</value>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most changes, and beside them the most reads, that wait; one more is refused with <see cref="CatalogQueueFullException"/>.</summary>
    /// <value>1 to 16,777,216; default 262,144.</value>
    public int MaxQueued { get; set; } = 256 << 10;

    /// <summary>The most bytes that waiting changes take (reads are limited by their number only); one more is refused with <see cref="CatalogQueueFullException"/>.</summary>
    /// <value>64 KiB to 16 GiB; default 128 MiB.</value>
    public long MaxQueuedBytes { get; set; } = 128L << 20;

    /// <summary>How many entries of the index are written together; tests choose few.</summary>
    internal int IndexBatch { get; set; } = DeferredIndex<Cid>.DefaultLimit;
}
