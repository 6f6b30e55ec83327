namespace IpfsKit.TestKit.Services;

/// <summary>Programs that tests start: those of the machine, or those that <c>test.sh</c> has put into <c>tests/services</c>.</summary>
internal static class ServicePrograms
{
    private const string Installed = "tests/services/root";

    private static readonly string[] LibraryFolders = ["usr/lib/*-linux-gnu", "lib/*-linux-gnu"];

    /// <summary>The path of a program, or null where it is nowhere.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="folders">Where Debian keeps it, beside the PATH; with <c>*</c> for a version.</param>
    public static string? Find(string name, params string[] folders)
    {
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        return onPath ?? folders.SelectMany(folder => Below("/", folder).Concat(Below(InstalledRoot, folder)))
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>Where the shared libraries of the installed programs lie, as <c>LD_LIBRARY_PATH</c> has it.</summary>
    public static string LibraryPath => InstalledRoot is not { } root
        ? ""
        : string.Join(':', LibraryFolders.SelectMany(folder => Below(root, folder)));

    /// <summary>Whether a program is one that <c>test.sh</c> has unpacked.</summary>
    public static bool IsUnpacked(string program) => InstalledRoot is { } root && program.StartsWith(root, StringComparison.Ordinal);

    private static string? InstalledRoot { get; } = FindInstalled();

    private static IEnumerable<string> Below(string? root, string pattern)
    {
        IEnumerable<string> folders = root is null ? [] : [root];
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
            folders = folders.Where(Directory.Exists).SelectMany(folder => Directory.GetDirectories(folder, part).OrderDescending(StringComparer.Ordinal));
        return folders;
    }

    private static string? FindInstalled()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "IpfsKitOrleans.sln")))
                return Path.Combine(folder.FullName, Installed) is var root && Directory.Exists(root) ? root : null;
        }

        return null;
    }
}
