using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace IpfsKit.Storage.Files;

/// <summary>The calls of the operating system that .NET has no method for.</summary>
/// <remarks>
/// <c>fdatasync</c> leaves out the times of the file, which halves the journal traffic of an append on ext4; <c>fsync</c> of a directory
/// makes its names durable, and .NET refuses to open directories.
/// </remarks>
internal static partial class LibC
{
    private const int Interrupted = 4;
    private const int InvalidArgument = 22;
    private const uint SyncFileRangeWrite = 2;
    private const int ReadOnlyCloseOnExecLinux = 0x80000;
    private const int ReadOnlyCloseOnExecBsd = 0x1000000;

    /// <summary>fdatasync.</summary>
    /// <exception cref="IOException">It failed; the store treats that as fatal.</exception>
    public static void SyncData(SafeFileHandle handle, string path)
    {
        while (FDataSync(handle) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
                throw Failure("fdatasync", path, error);
        }
    }

    /// <summary>fsync of a directory. File systems that know no such thing (EINVAL) have nothing to sync.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public static void SyncDirectory(string path)
    {
        var descriptor = Open(path, OperatingSystem.IsLinux() ? ReadOnlyCloseOnExecLinux : ReadOnlyCloseOnExecBsd);
        if (descriptor < 0)
            throw Failure("open", path, Marshal.GetLastPInvokeError());
        try
        {
            while (FSync(descriptor) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                if (error == InvalidArgument)
                    return;
                if (error != Interrupted)
                    throw Failure("fsync", path, error);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>sync_file_range, which only begins: of Linux alone. Not every file system has it, and nothing depends on it, so a failure says nothing.</summary>
    public static void BeginWriteback(SafeFileHandle handle, long offset, long length) =>
        _ = SyncFileRange(handle, offset, length, SyncFileRangeWrite);

    private static IOException Failure(string call, string path, int error) =>
        new($"{call} of '{path}' failed: {Marshal.GetPInvokeErrorMessage(error)} ({error}).", error);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncFileRange(SafeFileHandle handle, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
