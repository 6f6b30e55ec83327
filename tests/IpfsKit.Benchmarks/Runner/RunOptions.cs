using System.Globalization;

namespace IpfsKit.Benchmarks.Runner;

/// <summary>How large a run is and where its files lie.</summary>
/// <param name="IsQuick">Tiny sizes: shows that the program works, not how fast anything is.</param>
/// <param name="Rounds">How often each side of a figure is measured; its median counts.</param>
/// <param name="Directory">The parent of the run's temporary directory, which should be on the disk that one asks about.</param>
/// <param name="Only">How the names begin of the figures that are wanted; empty for all.</param>
internal sealed record RunOptions(bool IsQuick, int Rounds, string Directory, string Only = "")
{
    private const int DefaultRounds = 5;

    /// <summary>Reads <c>[--quick] [--rounds N] [--directory PATH] [--only FIGURE]</c>.</summary>
    /// <exception cref="ArgumentException">An argument is unknown or malformed; the message names it.</exception>
    public static RunOptions Parse(ReadOnlySpan<string> arguments)
    {
        var quick = false;
        int? rounds = null;
        var directory = Path.GetTempPath();
        var only = "";
        while (!arguments.IsEmpty)
        {
            switch (arguments)
            {
                case ["--quick", ..]:
                    quick = true;
                    arguments = arguments[1..];
                    break;
                case ["--rounds", var text, ..] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n is >= 1 and <= 99:
                    rounds = n;
                    arguments = arguments[2..];
                    break;
                case ["--directory", var path, ..]:
                    directory = path;
                    arguments = arguments[2..];
                    break;
                case ["--only", var name, ..] when FigureCatalog.All.Any(row => row.Name.StartsWith(name, StringComparison.Ordinal)):
                    only = name;
                    arguments = arguments[2..];
                    break;
                default:
                    throw new ArgumentException($"'{arguments[0]}' is not understood here: --quick, --rounds 1 to 99, --directory PATH, --only and how the names of figures begin.");
            }
        }

        return new RunOptions(quick, rounds ?? (quick ? 1 : DefaultRounds), directory, only);
    }

    /// <summary>Whether any of these figures is wanted.</summary>
    public bool Wants(params ReadOnlySpan<string> figures)
    {
        foreach (var figure in figures)
        {
            if (figure.StartsWith(Only, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    /// <summary>One of two sizes.</summary>
    public T Size<T>(T full, T quick) => IsQuick ? quick : full;
}
