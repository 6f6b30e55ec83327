using System.Buffers.Binary;
using System.Globalization;

namespace IpfsKit.Multiformats.Addresses.Values;

/// <summary>An IPv6 address: 16 bytes; text by RFC 4291, printed by RFC 5952.</summary>
/// <remarks>Not <see cref="System.Net.IPAddress"/>, which also reads zones, ports and brackets, and prints some addresses with a dotted tail.</remarks>
internal sealed class Ip6Value : AddressValue
{
    private const int Groups = 8;

    private static ReadOnlySpan<byte> MappedIp4Prefix => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

    public override bool IsValid(ReadOnlySpan<byte> value) => value.Length == 16;

    public override int GetMaxTextLength(int byteCount) => 39;

    public override int Format(ReadOnlySpan<byte> value, Span<char> destination)
    {
        if (value.StartsWith(MappedIp4Prefix))
        {
            "::ffff:".CopyTo(destination);
            return 7 + Ip4Value.FormatText(value[12..], destination[7..]);
        }

        var (zerosStart, zerosLength) = FindLongestZeros(value);
        var at = 0;
        for (var group = 0; group < Groups; group++)
        {
            if (group == zerosStart)
            {
                destination[at++] = ':';
                destination[at++] = ':';
                group += zerosLength - 1;
                continue;
            }

            if (group > 0 && destination[at - 1] != ':')
                destination[at++] = ':';
            BinaryPrimitives.ReadUInt16BigEndian(value[(group * 2)..]).TryFormat(destination[at..], out var written, "x", CultureInfo.InvariantCulture);
            at += written;
        }

        return at;
    }

    public override bool TryParse(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        Span<byte> bytes = stackalloc byte[16];
        if (destination.Length < 16 || !TryParseGroups(text, bytes, out var filled, out var gap))
            return false;
        destination = destination[..16];
        destination.Clear();
        // What stands after '::' moves to the end.
        var head = gap < 0 ? filled : gap;
        bytes[..head].CopyTo(destination);
        bytes[head..filled].CopyTo(destination[(16 - (filled - head))..]);
        bytesWritten = 16;
        return true;
    }

    /// <summary>Reads groups in order; <paramref name="gap"/> is where '::' stood, in bytes, or -1.</summary>
    private static bool TryParseGroups(ReadOnlySpan<char> text, Span<byte> bytes, out int filled, out int gap)
    {
        filled = 0;
        gap = -1;
        if (text.StartsWith("::"))
        {
            gap = 0;
            text = text[2..];
        }

        while (!text.IsEmpty)
        {
            var colon = text.IndexOf(':');
            var group = colon < 0 ? text : text[..colon];
            if (colon < 0 && group.Contains('.'))
            {
                if (filled > 12 || !Ip4Value.TryParseText(group, bytes[filled..]))
                    return false;
                filled += 4;
                break;
            }

            if (filled == 16 || group.Length is 0 or > 4
                || !ushort.TryParse(group, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
                return false;
            BinaryPrimitives.WriteUInt16BigEndian(bytes[filled..], value);
            filled += 2;
            if (colon < 0)
                break;
            text = text[(colon + 1)..];
            if (text.IsEmpty)
                return false;
            if (text[0] != ':')
                continue;
            if (gap >= 0)
                return false;
            gap = filled;
            text = text[1..];
        }

        // '::' stands for at least one group.
        return gap < 0 ? filled == 16 : filled < 16;
    }

    /// <summary>The first longest run of at least two zero groups, or (-1, 0).</summary>
    private static (int Start, int Length) FindLongestZeros(ReadOnlySpan<byte> value)
    {
        var best = (Start: -1, Length: 1);
        var length = 0;
        for (var group = 0; group < Groups; group++)
        {
            length = (value[group * 2] | value[(group * 2) + 1]) == 0 ? length + 1 : 0;
            if (length > best.Length)
                best = (group - length + 1, length);
        }

        return best;
    }
}
