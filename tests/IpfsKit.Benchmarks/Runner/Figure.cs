using System.Text.Encodings.Web;
using System.Text.Json;

namespace IpfsKit.Benchmarks.Runner;

/// <summary>One measured number.</summary>
/// <param name="Name">As in <see cref="FigureCatalog"/>.</param>
/// <param name="Value">The median of the rounds.</param>
/// <param name="Unit">The unit of value and floor.</param>
/// <param name="Floor">The same for the floor or peer, measured in the same run; null where the target is an absolute number.</param>
/// <param name="Ratio">Value over floor; null without a floor.</param>
internal sealed record Figure(string Name, double Value, string Unit, double? Floor, double? Ratio)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        // The lines go to a terminal or a file: µ may be µ.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A figure of the catalog; numbers are cut to five significant digits, which is more than they are good for.</summary>
    /// <exception cref="ArgumentException">The catalog does not know the name.</exception>
    public static Figure Create(string name, double value, double? floor = null)
    {
        var unit = FigureCatalog.Find(name)?.Unit ?? throw new ArgumentException($"The catalog has no figure '{name}'.", nameof(name));
        return new Figure(name, Round(value), unit, floor is { } f ? Round(f) : null, floor is { } g and not 0 ? Round(value / g) : null);
    }

    /// <summary>The line for stdout: <c>{"name":…,"value":…,"unit":…,"floor":…,"ratio":…}</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);

    private static double Round(double value)
    {
        if (value == 0 || !double.IsFinite(value))
            return value;
        var digits = 4 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return digits >= 0 ? Math.Round(value, Math.Min(digits, 15)) : Math.Round(value);
    }
}
