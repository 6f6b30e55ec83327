using System.Reflection;
using System.Text.RegularExpressions;

namespace IpfsKit.Repository.Tests.Documents;

/// <summary>One property of an options type, as its comment describes it.</summary>
/// <param name="Meaning">The summary, and what stands behind the default.</param>
/// <param name="Range">What may be set, with its unit; empty where the type says it all.</param>
/// <param name="Default">The default; null if the comment states none.</param>
internal sealed partial record DocumentedSetting(string Meaning, string Range, string? Default)
{
    /// <summary>Reads the comment of a property.</summary>
    public static DocumentedSetting Of(PropertyInfo property)
    {
        var summary = XmlComments.Summary(property);
        var value = XmlComments.Value(property);
        if (Parts().Match(value) is not { Success: true } parts)
            return new DocumentedSetting(summary, value, null);
        var note = parts.Groups["note"].Value;
        return new DocumentedSetting(
            note.Length == 0 ? summary : $"{summary} {char.ToUpperInvariant(note[0])}{note[1..]}",
            parts.Groups["range"].Value.Trim().TrimEnd(';', '.'),
            parts.Groups["default"].Value.TrimEnd('.'));
    }

    // "1 MiB to 256 MiB. Default: 8 MiB. More about it." and "1 to 64; default 2."
    [GeneratedRegex(@"^(?<range>.*?)\b[Dd]efault:? (?<default>.+?)((?<=[\w`)])[.;] (?<note>.+))?$")]
    private static partial Regex Parts();
}
