using IpfsKit.Storage.Files;

namespace IpfsKit.Client.Tests.Support;

/// <summary>The machine's files, until syncing fails.</summary>
internal sealed class FailingFileSystem : IStorageFileSystem
{
    private readonly PhysicalFileSystem _inner = PhysicalFileSystem.Instance;

    /// <summary>Whether syncs fail.</summary>
    public bool Fails { get; set; }

    public void CreateDirectory(string path) => _inner.CreateDirectory(path);

    public IReadOnlyList<string> ListFiles(string directory) => _inner.ListFiles(directory);

    public bool FileExists(string path) => _inner.FileExists(path);

    public IStorageFile Open(string path) => new FailingFile(this, _inner.Open(path));

    public IStorageFile Create(string path) => new FailingFile(this, _inner.Create(path));

    public void Rename(string path, string newPath) => _inner.Rename(path, newPath);

    public void Delete(string path) => _inner.Delete(path);

    public void SyncDirectory(string directory) => _inner.SyncDirectory(directory);

    public long GetFreeBytes(string directory) => _inner.GetFreeBytes(directory);

    public IDisposable? TryLock(string path) => _inner.TryLock(path);

    private sealed class FailingFile(FailingFileSystem system, IStorageFile inner) : IStorageFile
    {
        public long Length => inner.Length;

        public int Read(Span<byte> buffer, long offset) => inner.Read(buffer, offset);

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset) => inner.Write(buffers, offset);

        public void BeginWriteback(long offset, long length) => inner.BeginWriteback(offset, length);

        public void SyncData()
        {
            if (system.Fails)
                throw new IOException("The disk reports an error.");
            inner.SyncData();
        }

        public void SetLength(long length) => inner.SetLength(length);

        public void Dispose() => inner.Dispose();
    }
}
