using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>Tells pipes, sockets and devices from files: .NET does not say, and opening a pipe may wait for ever.</summary>
internal static class UnixFileType
{
    // https://man7.org/linux/man-pages/man2/statx.2.html; the layout is the same on every architecture.
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint TypeOnly = 1;
    private const int StatBytes = 256;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xf000;
    private const int Directory = 0x4000;
    private const int Regular = 0x8000;
    private const int Link = 0xa000;

    /// <summary>Whether the path is neither file, directory nor symbolic link; false where the system cannot tell.</summary>
    public static bool IsSpecial(string path)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        var stat = new byte[StatBytes];
        try
        {
            if (Statx(CurrentDirectory, path, NoFollow, TypeOnly, stat) != 0)
                return false;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }

        return (BinaryPrimitives.ReadUInt16LittleEndian(stat.AsSpan(ModeOffset)) & TypeMask) is not (Regular or Directory or Link);
    }

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Statx(int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] stat);
}
