namespace IpfsKit.Storage;

/// <summary>A file that the store cannot do without is damaged in a way that no crash explains; it is left as it is.</summary>
public sealed class StorageCorruptedException(string path, string reason, Exception? innerException = null)
    : StorageException($"'{path}' is damaged: {reason}", innerException)
{
    /// <summary>The damaged file.</summary>
    public string Path { get; } = path;
}
