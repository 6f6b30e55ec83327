using IpfsKit.Storage.Files;

namespace IpfsKit.TestKit.Files;

/// <summary>A handle to a file of a <see cref="FaultFileSystem"/>.</summary>
internal sealed class FaultFile(FaultFileSystem system, FaultInode inode, string path) : IStorageFile
{
    private bool _disposed;

    public long Length => system.Use(() => Inode.Content.Length);

    private FaultInode Inode
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return inode;
        }
    }

    public int Read(Span<byte> buffer, long offset)
    {
        lock (system.Sync)
        {
            system.BeforeRead(path, offset, buffer.Length);
            var content = Inode.Content;
            if (offset >= content.Length)
                return 0;
            var count = system.ChooseReadLength((int)Math.Min(buffer.Length, content.Length - offset));
            content.Read(offset, buffer[..count]);
            return count;
        }
    }

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset)
    {
        foreach (var buffer in buffers)
        {
            system.Write(Inode, path, buffer, offset);
            offset += buffer.Length;
        }
    }

    public void BeginWriteback(long offset, long length)
    {
        lock (system.Sync)
            system.Writebacks++;
    }

    public void SyncData() => system.SyncData(Inode, path);

    public void SetLength(long length) => system.SetLength(Inode, path, length);

    public void Dispose() => _disposed = true;
}
