using System.Runtime.InteropServices;

namespace IpfsKit.Libp2p.Identities;

/// <summary>Makes a rename survive loss of power. .NET opens no directories, so this goes to libc; Windows journals renames itself.</summary>
internal static partial class DirectorySync
{
    private const int Interrupted = 4;
    private const int InvalidArgument = 22;
    private const int ReadOnlyCloseOnExecLinux = 0x80000;
    private const int ReadOnlyCloseOnExecBsd = 0x1000000;

    /// <summary>fsync of a directory. File systems that know no such thing (EINVAL) have nothing to sync.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public static void Sync(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(directory, OperatingSystem.IsLinux() ? ReadOnlyCloseOnExecLinux : ReadOnlyCloseOnExecBsd);
        if (descriptor < 0)
            throw Failed("opened", directory, Marshal.GetLastPInvokeError());
        try
        {
            while (Fsync(descriptor) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                if (error == InvalidArgument)
                    return;
                if (error != Interrupted)
                    throw Failed("synced", directory, error);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failed(string what, string directory, int error) =>
        new($"The directory '{directory}' could not be {what}: {Marshal.GetPInvokeErrorMessage(error)} ({error}).", error);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
