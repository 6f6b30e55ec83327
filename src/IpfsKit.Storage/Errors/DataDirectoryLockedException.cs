namespace IpfsKit.Storage;

/// <summary>Another process, or another store of this one, has the directory open.</summary>
public sealed class DataDirectoryLockedException(string path, Exception? innerException = null)
    : StorageException($"The data directory '{path}' is in use by another process. Stop it, or choose another directory.", innerException)
{
    /// <summary>The directory.</summary>
    public string Path { get; } = path;
}
