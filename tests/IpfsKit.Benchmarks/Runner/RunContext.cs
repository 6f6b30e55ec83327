using System.Diagnostics;
using System.Globalization;

namespace IpfsKit.Benchmarks.Runner;

/// <summary>What a suite works with: sizes, a directory that goes away with the run, and the two outputs.</summary>
internal sealed class RunContext : IDisposable
{
    private const string Prefix = "ipfskit-bench-";

    private readonly RunOptions _options;
    private readonly TextWriter _figures;
    private readonly TextWriter _notes;
    private readonly DirectoryInfo _root;

    public RunContext(RunOptions options, TextWriter figures, TextWriter notes)
    {
        (_options, _figures, _notes) = (options, figures, notes);
        DeleteLeftovers(options.Directory);
        _root = Directory.CreateDirectory(Path.Combine(options.Directory, $"{Prefix}{Environment.ProcessId}"));
        // Also when interrupted or terminated: a full run holds gigabytes.
        AppDomain.CurrentDomain.ProcessExit += DeleteRoot;
    }

    /// <summary>Sizes and rounds.</summary>
    public RunOptions Options => _options;

    /// <summary>An empty directory that the caller deletes when done with it; the run deletes what is left.</summary>
    /// <param name="purpose">A short name.</param>
    /// <param name="neededBytes">What will be written into it.</param>
    /// <exception cref="IOException">The disk has less than twice that left.</exception>
    public TemporaryDirectory CreateDirectory(string purpose, long neededBytes)
    {
        var free = new DriveInfo(_root.FullName).AvailableFreeSpace;
        if (free < 2 * neededBytes)
            throw new IOException($"'{_root.FullName}' has {free >> 20} MiB left; '{purpose}' wants twice {neededBytes >> 20} MiB. Name another disk with --directory.");
        return new TemporaryDirectory(Path.Combine(_root.FullName, $"{purpose}-{Guid.NewGuid():n}"));
    }

    /// <summary>Prints a figure as a JSON line, and how it stands to its target as a note.</summary>
    public void Report(Figure figure)
    {
        _figures.WriteLine(figure.ToJson());
        _figures.Flush();
        var target = FigureCatalog.Find(figure.Name)!;
        var verdict = target.IsMetBy(figure) switch { true => ": met", false => ": MISSED", null => "" };
        Note($"{figure.Name} = {figure.Value} {figure.Unit}{(figure.Ratio is { } ratio ? $", {ratio:0.00}x of {figure.Floor}" : "")}; target {target.Target}{(_options.IsQuick ? " (sizes too small to judge)" : verdict)}");
    }

    /// <summary>Says something to whoever watches; never on the figures' output.</summary>
    public void Note(string text) => _notes.WriteLine(text);

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= DeleteRoot;
        DeleteRoot(this, EventArgs.Empty);
    }

    private void DeleteRoot(object? sender, EventArgs arguments)
    {
        _root.Refresh();
        if (_root.Exists)
            _root.Delete(recursive: true);
    }

    /// <summary>Removes what killed runs left behind: directories whose process is gone.</summary>
    private static void DeleteLeftovers(string parent)
    {
        if (!Directory.Exists(parent))
            return;
        var running = Process.GetProcesses().Select(process => process.Id.ToString(CultureInfo.InvariantCulture)).ToHashSet();
        foreach (var path in Directory.EnumerateDirectories(parent, $"{Prefix}*"))
        {
            var owner = Path.GetFileName(path)[Prefix.Length..];
            if (owner.All(char.IsAsciiDigit) && !running.Contains(owner))
                Directory.Delete(path, recursive: true);
        }
    }
}
