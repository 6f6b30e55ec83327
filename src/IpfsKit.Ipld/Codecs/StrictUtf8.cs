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

    /// <summary>Whether text has a UTF-8 form: false if it holds half of a surrogate pair.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        // Scanning costs nothing beside encoding, and an exception for every bad name would be a weapon.
        int at;
        while ((at = text.IndexOfAnyInRange('\ud800', '\udfff')) >= 0)
        {
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
                return false;
            text = text[(at + 2)..];
        }

        return true;
    }

    /// <summary>The length of the encoded form in bytes; false if the text holds a lone surrogate.</summary>
    public static bool TryGetByteCount(ReadOnlySpan<char> text, out int count)
    {
        var isValid = IsValid(text);
        count = isValid ? Encoding.UTF8.GetByteCount(text) : 0;
        return isValid;
    }

    /// <summary>Encodes text whose length <see cref="TryGetByteCount"/> gave.</summary>
    public static int GetBytes(ReadOnlySpan<char> text, Span<byte> destination) => Strict.GetBytes(text, destination);
}
