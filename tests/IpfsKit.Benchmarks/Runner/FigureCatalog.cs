using System.Text;

namespace IpfsKit.Benchmarks.Runner;

/// <summary>Every figure that the runner prints, what it is held against, and the target.</summary>
/// <remarks>The README shows <see cref="ToMarkdown"/>; a test compares them.</remarks>
internal static class FigureCatalog
{
    private const string GiBps = "GiB/s";
    private const string OpsPerSecond = "1/s";
    private const string RocksDb = "RocksDB with BlobDB";

    /// <summary>The rows, in the order of printing.</summary>
    public static IReadOnlyList<FigureTarget> All { get; } =
    [
        new("floor.sha256.core", "floors", GiBps, "SHA-256 of 1 MiB blocks, one thread"),
        new("floor.sha256.all", "floors", GiBps, "the same on all cores"),
        new("floor.memcpy", "floors", GiBps, "copying 256 KiB blocks, one thread, 64 MiB working set"),
        new("floor.append", "floors", GiBps, "sequential append, one fdatasync per 32 MiB"),
        new("floor.fsync", "floors", "µs", "append 4 KiB and fdatasync, median latency"),
        new("floor.http", "floors", GiBps, "plain Kestrel stream from another process over loopback, bytes discarded"),
        new("touch", "touch", "ns", "counting one access, all cores at it, every second access of one hot root", MaxValue: 200),
        new("touch.allocated", "touch", "B", "managed bytes per counted access", MaxValue: 0),
    ];

    /// <summary>The row of a figure, or null.</summary>
    public static FigureTarget? Find(string name) => All.FirstOrDefault(row => row.Name == name);

    /// <summary>The table as it stands in the README.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder("| figure | command | unit | what is measured | floor or peer in the same run | target |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var row in All)
            text.Append($"| `{row.Name}` | `{row.Suite}` | {row.Unit} | {row.Meaning} | {row.Floor ?? "—"} | {row.Target} |\n");
        return text.ToString();
    }
}
