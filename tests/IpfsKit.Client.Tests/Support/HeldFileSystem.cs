using IpfsKit.Storage.Files;

namespace IpfsKit.Client.Tests.Support;

/// <summary>The machine's files on a disk that takes its time: while it is held, no sync returns.</summary>
internal sealed class HeldFileSystem : IStorageFileSystem, IDisposable
{
    private readonly PhysicalFileSystem _inner = PhysicalFileSystem.Instance;
    private readonly ManualResetEventSlim _goesOn = new(initialState: true);
    private readonly SemaphoreSlim _waiting = new(0);

    /// <summary>From here on syncs wait.</summary>
    public void Hold() => _goesOn.Reset();

    /// <summary>Syncs go on.</summary>
    public void Release() => _goesOn.Set();

    /// <summary>Completes when a sync waits.</summary>
    public Task WaitingAsync(CancellationToken cancellationToken) => _waiting.WaitAsync(cancellationToken);

    public void Dispose()
    {
        _goesOn.Set();
        _waiting.Dispose();
        _goesOn.Dispose();
    }

    public void CreateDirectory(string path) => _inner.CreateDirectory(path);

    public IReadOnlyList<string> ListFiles(string directory) => _inner.ListFiles(directory);

    public bool FileExists(string path) => _inner.FileExists(path);

    public IStorageFile Open(string path) => new HeldFile(this, _inner.Open(path));

    public IStorageFile Create(string path) => new HeldFile(this, _inner.Create(path));

    public void Rename(string path, string newPath) => _inner.Rename(path, newPath);

    public void Delete(string path) => _inner.Delete(path);

    public void SyncDirectory(string directory) => _inner.SyncDirectory(directory);

    public long GetFreeBytes(string directory) => _inner.GetFreeBytes(directory);

    public IDisposable? TryLock(string path) => _inner.TryLock(path);

    private sealed class HeldFile(HeldFileSystem system, IStorageFile inner) : IStorageFile
    {
        public long Length => inner.Length;

        public int Read(Span<byte> buffer, long offset) => inner.Read(buffer, offset);

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset) => inner.Write(buffers, offset);

        public void BeginWriteback(long offset, long length) => inner.BeginWriteback(offset, length);

        public void SyncData()
        {
            if (!system._goesOn.IsSet)
            {
                system._waiting.Release();
                system._goesOn.Wait();
            }

            inner.SyncData();
        }

        public void SetLength(long length) => inner.SetLength(length);

        public void Dispose() => inner.Dispose();
    }
}
