using IpfsKit.Ipld.Codecs;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>Rules for the names of directory entries.</summary>
/// <remarks>Spec: <see href="https://specs.ipfs.tech/unixfs/#restricted-names"/>; the limit of 255 bytes is that of common file systems.</remarks>
public static class UnixFsName
{
    /// <summary>The longest name that is written, in bytes of UTF-8.</summary>
    public const int MaxBytes = 255;

    private static readonly System.Buffers.SearchValues<char> WindowsInvalid =
        System.Buffers.SearchValues.Create([.. Enumerable.Range(0, 32).Select(c => (char)c), '<', '>', ':', '"', '/', '\\', '|', '?', '*']);

    /// <summary>Checks a name that is to be written into a directory.</summary>
    /// <exception cref="UnixFsNameException">It is empty, <c>.</c> or <c>..</c>, has a NUL, a <c>/</c> or half of a surrogate pair, or exceeds <see cref="MaxBytes"/>.</exception>
    public static void Validate(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Check(name) is { } reason)
            throw new UnixFsNameException(name, reason);
    }

    /// <summary>Checks a name that comes from a DAG and is to be made in a directory of this machine.</summary>
    /// <exception cref="UnixFsNameException">
    /// It fails <see cref="Validate"/>, or on Windows: has a character that is reserved there, ends in a dot or space, or names a device.
    /// </exception>
    public static void ValidateForExport(string name) => ValidateForExport(name, OperatingSystem.IsWindows());

    internal static void ValidateForExport(string name, bool windows)
    {
        Validate(name);
        if (!windows)
            return;
        if (name.AsSpan().ContainsAny(WindowsInvalid))
            throw new UnixFsNameException(name, "has a character that Windows reserves");
        if (name[^1] is '.' or ' ')
            throw new UnixFsNameException(name, "ends in a dot or a space, which Windows drops");
        if (IsWindowsDevice(name))
            throw new UnixFsNameException(name, "is a device on Windows");
    }

    private static string? Check(string name) => name switch
    {
        "" => "is empty",
        "." or ".." => "is a relative path",
        _ when name.Contains('\0', StringComparison.Ordinal) => "has a NUL",
        _ when name.Contains('/', StringComparison.Ordinal) => "has a '/'",
        _ => CheckLength(name),
    };

    private static string? CheckLength(string name)
    {
        if (!StrictUtf8.TryGetByteCount(name, out var bytes))
            return "is not valid Unicode";
        return bytes > MaxBytes ? $"is longer than {MaxBytes} bytes" : null;
    }

    private static bool IsWindowsDevice(string name)
    {
        var stem = name.Split('.', 2)[0].TrimEnd(' ').ToUpperInvariant();
        return stem is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$"
            || (stem.Length == 4 && (stem.StartsWith("COM", StringComparison.Ordinal) || stem.StartsWith("LPT", StringComparison.Ordinal))
                && stem[3] is (>= '0' and <= '9') or '\u00b9' or '\u00b2' or '\u00b3');
    }
}
