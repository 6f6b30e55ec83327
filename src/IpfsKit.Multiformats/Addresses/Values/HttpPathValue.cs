using System.Buffers;

namespace IpfsKit.Multiformats.Addresses.Values;

/// <summary>The path of an HTTP resource: any bytes; text percent-encoded as one segment of RFC 3986.</summary>
/// <remarks>
/// Discrepancy: go-multiaddr writes a space as <c>+</c>, as in a query, and reads it so; here <c>+</c> is itself, as the RFC has it.
/// Spec: <see href="https://github.com/multiformats/multiaddr/blob/master/protocols/http-path.md"/>.
/// </remarks>
internal sealed class HttpPathValue : AddressValue
{
    private const string UnreservedCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private static readonly SearchValues<char> Unreserved = SearchValues.Create(UnreservedCharacters);
    private static readonly SearchValues<char> Segment = SearchValues.Create(UnreservedCharacters + "!$&'()*+,;=:@");

    public override bool IsValid(ReadOnlySpan<byte> value) => !value.IsEmpty;

    public override int GetMaxTextLength(int byteCount) => byteCount * 3;

    public override int Format(ReadOnlySpan<byte> value, Span<char> destination)
    {
        var at = 0;
        foreach (var b in value)
        {
            if (Unreserved.Contains((char)b))
            {
                destination[at++] = (char)b;
                continue;
            }

            destination[at++] = '%';
            Convert.TryToHexString([b], destination[at..], out _);
            at += 2;
        }

        return at;
    }

    public override bool TryParse(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        var at = 0;
        while (!text.IsEmpty)
        {
            if (at == destination.Length)
                return false;
            if (text[0] != '%')
            {
                if (!Segment.Contains(text[0]))
                    return false;
                destination[at++] = (byte)text[0];
                text = text[1..];
                continue;
            }

            if (text.Length < 3 || !char.IsAsciiHexDigit(text[1]) || !char.IsAsciiHexDigit(text[2]))
                return false;
            Convert.FromHexString(text.Slice(1, 2), destination[at..], out _, out _);
            at++;
            text = text[3..];
        }

        bytesWritten = at;
        return at > 0;
    }
}
