namespace IpfsKit.Storage.Files;

/// <summary>The operating system has no room for a write.</summary>
public sealed class DiskFullException(string path, Exception? innerException = null)
    : IOException($"The disk has no room for writing to '{path}'.", innerException)
{
    /// <summary>The file that was written to.</summary>
    public string Path { get; } = path;
}
