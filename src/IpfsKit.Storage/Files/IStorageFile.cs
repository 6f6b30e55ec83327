namespace IpfsKit.Storage.Files;

/// <summary>An open file, read and written at positions.</summary>
/// <remarks>Blocking; reads may run concurrently with each other and with writes to other ranges. Disposing closes it.</remarks>
public interface IStorageFile : IDisposable
{
    /// <summary>The length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads up to a buffer; returns how many bytes, fewer only at the end of the file or if the system chose so, 0 at the end.</summary>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Writes buffers one after another from a position, all of them.</summary>
    /// <exception cref="DiskFullException">The disk is full; any part may have been written.</exception>
    void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset);

    /// <summary>Has the disk begin with what was written to a range, so that a later <see cref="SyncData"/> finds less to wait for. A hint: promises nothing, and waits for nothing.</summary>
    void BeginWriteback(long offset, long length)
    {
    }

    /// <summary>Makes all writes so far durable, with the length that reading them back needs.</summary>
    /// <exception cref="IOException">Unknown is what survives; trying again proves nothing.</exception>
    /// <exception cref="DiskFullException">So it is, and the reason is that the disk is full: a file system that finds room only when it writes.</exception>
    void SyncData();

    /// <summary>Cuts the file, or extends it with zeros.</summary>
    void SetLength(long length);
}
