namespace IpfsKit.Storage;

/// <summary>The disk refused to read something. What is there is kept, since the next attempt may succeed; a block that is put again is written to another place.</summary>
public sealed class StorageReadException(string path, long offset, Exception innerException)
    : StorageException($"The disk refused to read '{path}' at {offset}: {innerException.Message} What is there is kept. Check the disk.", innerException)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>Where in it, in bytes.</summary>
    public long Offset { get; } = offset;
}
