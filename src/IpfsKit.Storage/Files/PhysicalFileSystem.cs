using System.Runtime.InteropServices;

namespace IpfsKit.Storage.Files;

/// <summary>The file system of the machine.</summary>
public sealed class PhysicalFileSystem : IStorageFileSystem
{
    private PhysicalFileSystem()
    {
    }

    /// <summary>The only instance.</summary>
    public static PhysicalFileSystem Instance { get; } = new();

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        if (Directory.Exists(path))
            return;
        var full = Path.GetFullPath(path);
        if (Path.GetDirectoryName(full) is { Length: > 0 } parent)
        {
            CreateDirectory(parent);
            Directory.CreateDirectory(full);
            SyncDirectory(parent);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ListFiles(string directory) => [.. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path))];

    /// <inheritdoc/>
    public bool FileExists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public IStorageFile Open(string path) => new PhysicalFile(path, FileMode.Open);

    /// <inheritdoc/>
    public IStorageFile Create(string path) => new PhysicalFile(path, FileMode.Create);

    /// <inheritdoc/>
    public void Rename(string path, string newPath)
    {
        try
        {
            File.Move(path, newPath, overwrite: true);
        }
        catch (IOException exception) when (PhysicalFile.IsDiskFull(exception))
        {
            throw new DiskFullException(newPath, exception);
        }
    }

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);

    /// <inheritdoc/>
    public void SyncDirectory(string directory)
    {
        // Windows has no such call: NTFS orders its metadata itself.
        if (!OperatingSystem.IsWindows())
            LibC.SyncDirectory(directory);
    }

    /// <inheritdoc/>
    public long GetFreeBytes(string directory) => new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace;

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (IsSharingViolation(exception))
        {
            return null;
        }
    }

    // EWOULDBLOCK of flock, as .NET reports it: 11 on Linux, 35 on macOS; ERROR_SHARING_VIOLATION on Windows.
    private static bool IsSharingViolation(IOException exception) =>
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
            ? (exception.HResult & 0xFFFF) == 32
            : exception.HResult is 11 or 35;
}
