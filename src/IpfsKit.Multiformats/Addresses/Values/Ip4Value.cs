namespace IpfsKit.Multiformats.Addresses.Values;

/// <summary>An IPv4 address: four bytes, four decimal numbers.</summary>
/// <remarks>Not <see cref="System.Net.IPAddress"/>, which also reads octal, hexadecimal and fewer than four numbers.</remarks>
internal sealed class Ip4Value : AddressValue
{
    public const int TextLength = 15;

    public override bool IsValid(ReadOnlySpan<byte> value) => value.Length == 4;

    public override int GetMaxTextLength(int byteCount) => TextLength;

    public override int Format(ReadOnlySpan<byte> value, Span<char> destination) => FormatText(value, destination);

    public override bool TryParse(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = TryParseText(text, destination) ? 4 : 0;
        return bytesWritten > 0;
    }

    public static int FormatText(ReadOnlySpan<byte> value, Span<char> destination)
    {
        var at = 0;
        foreach (var part in value)
        {
            if (at > 0)
                destination[at++] = '.';
            at += DecimalText.Format(part, destination[at..]);
        }

        return at;
    }

    public static bool TryParseText(ReadOnlySpan<char> text, Span<byte> destination)
    {
        if (destination.Length < 4)
            return false;
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            if (parts == 4 || !DecimalText.TryParse(text[range], byte.MaxValue, out var part))
                return false;
            destination[parts++] = (byte)part;
        }

        return parts == 4;
    }
}
