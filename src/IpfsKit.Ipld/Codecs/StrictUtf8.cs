using System.Text;

namespace IpfsKit.Ipld.Codecs;

/// <summary>UTF-8 that refuses what it cannot represent instead of replacing it, so that text survives a round trip.</summary>
internal static class StrictUtf8
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes bytes; false if they are not valid UTF-8.</summary>
    public static bool TryGetString(ReadOnlySpan<byte> bytes, out string text)
    {
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
        {
            text = "";
            return false;
        }

        text = Encoding.UTF8.GetString(bytes);
        return true;
    }

    /// <summary>The length of the encoded form in bytes; false if the text holds a lone surrogate.</summary>
    public static bool TryGetByteCount(ReadOnlySpan<char> text, out int count)
    {
        // Scanning costs nothing beside encoding, and an exception for every bad name would be a weapon.
        var rest = text;
        int at;
        while ((at = rest.IndexOfAnyInRange('\ud800', '\udfff')) >= 0)
        {
            if (!char.IsHighSurrogate(rest[at]) || at + 1 == rest.Length || !char.IsLowSurrogate(rest[at + 1]))
            {
                count = 0;
                return false;
            }

            rest = rest[(at + 2)..];
        }

        count = Encoding.UTF8.GetByteCount(text);
        return true;
    }

    /// <summary>Encodes text whose length <see cref="TryGetByteCount"/> gave.</summary>
    public static int GetBytes(ReadOnlySpan<char> text, Span<byte> destination) => Strict.GetBytes(text, destination);
}
