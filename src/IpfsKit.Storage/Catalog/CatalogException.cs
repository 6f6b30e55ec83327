namespace IpfsKit.Storage.Catalog;

/// <summary>The catalog's file could not be opened, read or written.</summary>
/// <remarks>
/// A change that failed so was not acknowledged; whether it is found after a crash is unknown, and repeating it is harmless. The catalog goes on: the next
/// call tries the file again.
/// </remarks>
public sealed class CatalogException(string path, string doing, string reason, Exception? innerException = null)
    : StorageException($"Could not {doing} the catalog '{path}': {reason}", innerException)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;
}
