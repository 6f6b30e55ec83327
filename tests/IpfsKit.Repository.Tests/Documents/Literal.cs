using System.Globalization;
using System.Text.RegularExpressions;

namespace IpfsKit.Repository.Tests.Documents;

/// <summary>Values as documents write them: <c>1,024</c>, <c>8 MiB</c>, <c>30 s</c>, <c>2^24</c>, <c>true</c>, <c>none</c>, <c>`Type.Member`</c>.</summary>
internal static partial class Literal
{
    private static readonly Dictionary<string, decimal> Bytes = new()
    {
        ["byte"] = 1,
        ["bytes"] = 1,
        ["KiB"] = 1L << 10,
        ["MiB"] = 1L << 20,
        ["GiB"] = 1L << 30,
        ["TiB"] = 1L << 40,
        ["million"] = 1_000_000,
        ["MB"] = 1_000_000,
        ["GB"] = 1_000_000_000,
    };

    private static readonly Dictionary<string, TimeSpan> Durations = new()
    {
        ["ms"] = TimeSpan.FromMilliseconds(1),
        ["s"] = TimeSpan.FromSeconds(1),
        ["second"] = TimeSpan.FromSeconds(1),
        ["seconds"] = TimeSpan.FromSeconds(1),
        ["min"] = TimeSpan.FromMinutes(1),
        ["minute"] = TimeSpan.FromMinutes(1),
        ["minutes"] = TimeSpan.FromMinutes(1),
        ["h"] = TimeSpan.FromHours(1),
        ["hour"] = TimeSpan.FromHours(1),
        ["hours"] = TimeSpan.FromHours(1),
        ["day"] = TimeSpan.FromDays(1),
        ["days"] = TimeSpan.FromDays(1),
    };

    /// <summary>Whether a text states a value.</summary>
    /// <returns>True if it does, false if it states another, null if it is no literal, such as a description.</returns>
    public static bool? States(string text, object? value)
    {
        if (None().IsMatch(text))
            return value is null or "" or long.MaxValue or int.MaxValue or System.Collections.ICollection { Count: 0 };
        if (Member().Match(text) is { Success: true } member)
            return CompiledTypes.TryGetValue(member.Groups["name"].Value, out var named) ? Equals(named, value) || (value is Enum && Equals(named, Convert.ToInt32(value, CultureInfo.InvariantCulture))) : null;
        if (value is string && Quoted().Match(text) is { Success: true } quoted)
            return quoted.Groups["text"].Value.Equals(value);
        if (value is Enum)
            return Word().Match(text).Value.Equals(value.ToString(), StringComparison.OrdinalIgnoreCase);
        if (value is bool flag)
            return text.StartsWith(flag ? "true" : "false", StringComparison.Ordinal);
        if (Power().Match(text) is { Success: true } power)
            return value is not null && Convert.ToDecimal(value, CultureInfo.InvariantCulture) == 1L << int.Parse(power.Groups["exponent"].Value, CultureInfo.InvariantCulture);
        if (Number().Match(text) is not { Success: true } match)
            return null;

        var number = decimal.Parse(match.Groups["number"].Value.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        var unit = match.Groups["unit"].Value;
        return value switch
        {
            TimeSpan span => Durations.TryGetValue(unit, out var one) ? span == one * (double)number : number == 0 && span == TimeSpan.Zero,
            int or long or uint or ulong or byte or ushort or double =>
                !Durations.ContainsKey(unit) && Convert.ToDecimal(value, CultureInfo.InvariantCulture) == number * Bytes.GetValueOrDefault(unit, 1),
            _ => null,
        };
    }

    [GeneratedRegex(@"^(null|none|no bound|no limit)\b")]
    private static partial Regex None();

    [GeneratedRegex(@"^`(?<name>\w+\.\w+)`")]
    private static partial Regex Member();

    [GeneratedRegex(@"^`(?<text>[^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^\w+")]
    private static partial Regex Word();

    [GeneratedRegex(@"^2\^(?<exponent>\d+)")]
    private static partial Regex Power();

    [GeneratedRegex(@"^(?<number>\d[\d,]*(\.\d+)?)( (?<unit>[A-Za-z]+))?")]
    private static partial Regex Number();
}
