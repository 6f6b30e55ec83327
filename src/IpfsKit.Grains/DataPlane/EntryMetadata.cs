using System.Globalization;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Grains.DataPlane;

/// <summary>Mode and time of an uploaded file: <c>mode=0644&amp;mtime=1700000000&amp;mtime-nsecs=5</c>, as Kubo writes them.</summary>
internal static class EntryMetadata
{
    private const uint MaxMode = 0xFFF;

    /// <param name="value">The value of a parameter, or null.</param>
    /// <exception cref="DataPlaneException">A value is no number, or out of range.</exception>
    public static (uint? Mode, UnixFsTime? ModificationTime) Parse(Func<string, string?> value)
    {
        uint? mode = value("mode") is { } octal ? ParseMode(octal) : null;
        if (value("mtime") is not { } secondsText)
            return (mode, null);
        if (!long.TryParse(secondsText, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
            throw DataPlaneRefusals.BadRequest($"mtime is '{secondsText}', not a number of seconds.");
        var nanoseconds = 0u;
        if (value("mtime-nsecs") is { } fraction
            && (!uint.TryParse(fraction, NumberStyles.None, CultureInfo.InvariantCulture, out nanoseconds) || nanoseconds > 999_999_999))
            throw DataPlaneRefusals.BadRequest($"mtime-nsecs is '{fraction}', not 0 to 999999999.");
        return (mode, new UnixFsTime(seconds, nanoseconds));
    }

    private static uint ParseMode(string octal)
    {
        var mode = 0u;
        foreach (var digit in octal)
        {
            if (digit is < '0' or > '7' || (mode = (mode << 3) | (uint)(digit - '0')) > MaxMode)
                throw DataPlaneRefusals.BadRequest($"mode is '{octal}', not up to 7777 in octal digits.");
        }

        return octal.Length > 0 ? mode : throw DataPlaneRefusals.BadRequest("mode is empty.");
    }
}
