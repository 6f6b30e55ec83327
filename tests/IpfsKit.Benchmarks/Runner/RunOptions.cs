using System.Globalization;

namespace IpfsKit.Benchmarks.Runner;

/// <summary>How large a run is and where its files lie.</summary>
/// <param name="IsQuick">Tiny sizes: shows that the program works, not how fast anything is.</param>
/// <param name="Rounds">How often each side of a figure is measured; its median counts.</param>
/// <param name="Directory">The parent of the run's temporary directory, which should be on the disk that one asks about.</param>
internal sealed record RunOptions(bool IsQuick, int Rounds, string Directory)
{
    private const int DefaultRounds = 5;

    /// <summary>Reads <c>[--quick] [--rounds N] [--directory PATH]</c>.</summary>
    /// <exception cref="ArgumentException">An argument is unknown or malformed; the message names it.</exception>
    public static RunOptions Parse(ReadOnlySpan<string> arguments)
    {
        var quick = false;
        int? rounds = null;
        var directory = Path.GetTempPath();
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
                default:
                    throw new ArgumentException($"'{arguments[0]}' is not understood here: --quick, --rounds 1 to 99, --directory PATH.");
            }
        }

        return new RunOptions(quick, rounds ?? (quick ? 1 : DefaultRounds), directory);
    }

    /// <summary>One of two sizes.</summary>
    public T Size<T>(T full, T quick) => IsQuick ? quick : full;
}
