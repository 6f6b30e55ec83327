using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace IpfsKit.Benchmarks.Runner.Floors;

/// <summary>A file that is written from front to back, one fdatasync per 32 MiB: the least that durable storage costs.</summary>
/// <remarks>Gone when disposed.</remarks>
internal sealed partial class AppendedFile(string path) : IDisposable
{
    private const long SyncEveryBytes = 32 << 20;

    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
    private long _length;
    private long _synced;

    /// <summary>Writes bytes to the end; syncs when 32 MiB have come together.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_file, bytes, _length);
        _length += bytes.Length;
        if (_length - _synced >= SyncEveryBytes)
            Sync();
    }

    /// <summary>Makes everything written durable.</summary>
    /// <exception cref="IOException">The disk would not.</exception>
    public void Sync()
    {
        if (!OperatingSystem.IsLinux())
            RandomAccess.FlushToDisk(_file);
        else if (FDataSync(_file) != 0)
            throw new IOException($"fdatasync of '{path}' failed with errno {Marshal.GetLastPInvokeError()}.");
        _synced = _length;
    }

    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);
}
