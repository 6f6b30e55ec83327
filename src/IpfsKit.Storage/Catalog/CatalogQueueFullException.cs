namespace IpfsKit.Storage.Catalog;

/// <summary>More operations wait for the catalog than <see cref="SiloCatalogOptions"/> allows; nothing was done. Try again when some have completed.</summary>
public sealed class CatalogQueueFullException(string path, string limit, long value)
    : StorageException($"The catalog '{path}' has as many operations waiting as it may: {value} {limit}.")
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>The limit that was reached.</summary>
    public long Limit { get; } = value;
}
