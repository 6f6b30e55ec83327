using Microsoft.Win32.SafeHandles;

namespace IpfsKit.Storage.Files;

/// <summary>A file of the machine.</summary>
internal sealed class PhysicalFile : IStorageFile
{
    // ENOSPC, EDQUOT, ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL.
    private const int NoSpace = 28;
    private const int QuotaLinux = 122;
    private const int HandleDiskFullWindows = 39;
    private const int DiskFullWindows = 112;

    private readonly string _path;
    private readonly SafeFileHandle _handle;

    public PhysicalFile(string path, FileMode mode)
    {
        _path = path;
        try
        {
            _handle = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (IOException exception) when (IsDiskFull(exception))
        {
            // No room for the name in its directory, or no inode.
            throw new DiskFullException(path, exception);
        }
    }

    /// <inheritdoc/>
    public long Length => RandomAccess.GetLength(_handle);

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, long offset) => RandomAccess.Read(_handle, buffer, offset);

    /// <inheritdoc/>
    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset)
    {
        try
        {
            if (buffers.Count == 1)
                RandomAccess.Write(_handle, buffers[0].Span, offset);
            else
                RandomAccess.Write(_handle, buffers, offset);
        }
        catch (IOException exception) when (IsDiskFull(exception))
        {
            throw new DiskFullException(_path, exception);
        }
    }

    /// <inheritdoc/>
    public void BeginWriteback(long offset, long length)
    {
        if (OperatingSystem.IsLinux())
            LibC.BeginWriteback(_handle, offset, length);
    }

    /// <inheritdoc/>
    public void SyncData()
    {
        try
        {
            if (OperatingSystem.IsLinux())
                LibC.SyncData(_handle, _path);
            else
                RandomAccess.FlushToDisk(_handle);
        }
        catch (IOException exception) when (IsDiskFull(exception))
        {
            throw new DiskFullException(_path, exception);
        }
    }

    /// <inheritdoc/>
    public void SetLength(long length)
    {
        try
        {
            RandomAccess.SetLength(_handle, length);
        }
        catch (IOException exception) when (IsDiskFull(exception))
        {
            throw new DiskFullException(_path, exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>Whether the operating system says that there is no room, or that a quota is used up.</summary>
    internal static bool IsDiskFull(IOException exception) => OperatingSystem.IsWindows()
        ? (exception.HResult & 0xFFFF) is HandleDiskFullWindows or DiskFullWindows
        : exception.HResult is NoSpace || (OperatingSystem.IsLinux() && exception.HResult == QuotaLinux);
}
