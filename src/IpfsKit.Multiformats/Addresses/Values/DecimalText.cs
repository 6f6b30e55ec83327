namespace IpfsKit.Multiformats.Addresses.Values;

/// <summary>Decimal numbers as addresses write them: digits only, without leading zeros.</summary>
internal static class DecimalText
{
    public static bool TryParse(ReadOnlySpan<char> text, int max, out int value)
    {
        value = 0;
        if (text.Length is 0 or > 9 || (text[0] == '0' && text.Length > 1))
            return false;
        foreach (var character in text)
        {
            if (!char.IsAsciiDigit(character))
                return false;
            value = (value * 10) + (character - '0');
        }

        return value <= max;
    }

    public static int Format(int value, Span<char> destination)
    {
        value.TryFormat(destination, out var written);
        return written;
    }
}
