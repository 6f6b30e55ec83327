using IpfsKit.Storage.Files;

namespace IpfsKit.Fuzz.Tests.Targets.Storage;

/// <summary>A directory that has one file, to be read.</summary>
internal sealed class MemoryFiles(string name, MemoryFile file) : IStorageFileSystem
{
    public IReadOnlyList<string> ListFiles(string directory) => [name];

    public bool FileExists(string path) => path == name;

    public IStorageFile Open(string path) => file;

    public void CreateDirectory(string path) => throw new NotSupportedException();

    public IStorageFile Create(string path) => throw new NotSupportedException();

    public void Rename(string path, string newPath) => throw new NotSupportedException();

    public void Delete(string path) => throw new NotSupportedException();

    public void SyncDirectory(string directory) => throw new NotSupportedException();

    public long GetFreeBytes(string directory) => throw new NotSupportedException();

    public IDisposable? TryLock(string path) => throw new NotSupportedException();
}
