using System.Globalization;
using Microsoft.Extensions.Options;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>Gathers the faults of options.</summary>
internal sealed class OptionsCheck(string section)
{
    private readonly List<string> _faults = [];

    /// <summary>What was found.</summary>
    public ValidateOptionsResult Result => _faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_faults);

    /// <summary>One rule.</summary>
    public void That(bool isValid, string setting, object? value, string range)
    {
        if (!isValid)
            _faults.Add(string.Create(CultureInfo.InvariantCulture, $"{section}:{setting} is '{value}'; it must be {range}."));
    }

    /// <summary>A number, if there is one.</summary>
    public void Number(string setting, long? value, long least, long most) =>
        That(value is null || (value >= least && value <= most), setting, value, most >= int.MaxValue / 64 ? $"at least {least}" : $"{least} to {most}");

    /// <summary>A duration.</summary>
    public void Duration(string setting, TimeSpan value, TimeSpan least, TimeSpan most) => That(value >= least && value <= most, setting, value, $"{least} to {most}");

    /// <summary>The faults of options below these, which their own validator names by their type.</summary>
    public void Nested(string setting, string type, ValidateOptionsResult result)
    {
        foreach (var fault in result.Failures ?? [])
            _faults.Add(fault.StartsWith($"{type}.", StringComparison.Ordinal) ? $"{section}:{setting}:{fault[(type.Length + 1)..]}" : fault);
    }

    /// <summary>A list.</summary>
    public void Each(string setting, IEnumerable<string> values, Func<string, bool> isValid, string what)
    {
        var index = 0;
        foreach (var value in values)
            That(isValid(value), $"{setting}:{index++}", value, what);
    }
}
