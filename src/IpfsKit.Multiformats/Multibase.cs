using IpfsKit.Multiformats.Bases;

namespace IpfsKit.Multiformats;

/// <summary>Bytes as text with a first character that says which base.</summary>
/// <remarks>
/// Decoding is strict: no foreign characters, no white space, padding exactly where the base has it, no bits set after the last
/// byte. Base16, base32 and base36 ignore case whichever prefix they carry, as the specification's vectors do; the others do not.
/// The span overloads allocate nothing. Base36 and base58 take quadratic time and are therefore limited to <see cref="MaxRadixBytes"/>.
/// Spec: <see href="https://github.com/multiformats/multibase"/>.
/// </remarks>
public static class Multibase
{
    /// <summary>The most bytes that base36 and base58 encode or decode.</summary>
    public const int MaxRadixBytes = 1024;

    /// <summary>Whether a prefix character is one of <see cref="MultibaseEncoding"/>.</summary>
    public static bool IsSupported(MultibaseEncoding encoding) => Alphabets.Find(encoding) is not null;

    /// <summary>At least as many characters as <paramref name="byteCount"/> bytes take in an encoding, with the prefix.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The encoding is not supported.</exception>
    public static int GetMaxEncodedLength(MultibaseEncoding encoding, int byteCount) => 1 + Get(encoding).GetMaxEncodedLength(byteCount);

    /// <summary>Encodes bytes, with the prefix character.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The encoding is not supported, or base36 or base58 of more than <see cref="MaxRadixBytes"/>.</exception>
    public static string Encode(MultibaseEncoding encoding, ReadOnlySpan<byte> bytes)
    {
        var length = GetMaxEncodedLength(encoding, bytes.Length);
        var buffer = length <= 512 ? stackalloc char[length] : new char[length];
        TryEncode(encoding, bytes, buffer, out var written);
        return new string(buffer[..written]);
    }

    /// <summary>Encodes bytes into <paramref name="destination"/>, with the prefix character; false if it is too short.</summary>
    /// <inheritdoc cref="Encode" path="/exception"/>
    public static bool TryEncode(MultibaseEncoding encoding, ReadOnlySpan<byte> bytes, Span<char> destination, out int charsWritten)
    {
        var alphabet = Get(encoding);
        charsWritten = 0;
        if (destination.IsEmpty || !alphabet.TryEncode(bytes, destination[1..], out var written))
            return false;
        destination[0] = (char)encoding;
        charsWritten = written + 1;
        return true;
    }

    /// <summary>At least as many bytes as a prefixed text of <paramref name="textLength"/> characters stands for, whatever its base.</summary>
    public static int GetMaxDecodedLength(int textLength) => Math.Max(0, textLength - 1);

    /// <summary>Decodes prefixed text.</summary>
    /// <exception cref="FormatException">The prefix is not supported or the rest is malformed.</exception>
    public static byte[] Decode(ReadOnlySpan<char> text, out MultibaseEncoding encoding) => TryDecode(text, out var bytes, out encoding)
        ? bytes
        : throw new FormatException($"{TextPreview.Quote(text)} is not multibase text.");

    /// <summary>Decodes prefixed text; false if the prefix is not supported or the rest is malformed.</summary>
    /// <remarks>Allocates the result, and for texts of more than 512 characters once their length besides.</remarks>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes, out MultibaseEncoding encoding)
    {
        var length = text.IsEmpty ? 0 : Alphabets.Find((MultibaseEncoding)text[0])?.GetMaxDecodedLength(text.Length - 1) ?? 0;
        var buffer = length <= 512 ? stackalloc byte[length] : new byte[length];
        var decoded = TryDecode(text, buffer, out var written, out encoding);
        bytes = decoded ? buffer[..written].ToArray() : [];
        return decoded;
    }

    /// <summary>
    /// Decodes prefixed text into <paramref name="destination"/>; false if the prefix is not supported, the rest is malformed or
    /// the destination is too short: <see cref="GetMaxDecodedLength"/> always suffices.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten, out MultibaseEncoding encoding)
    {
        bytesWritten = 0;
        encoding = default;
        if (text.IsEmpty || Alphabets.Find((MultibaseEncoding)text[0]) is not { } alphabet)
            return false;
        encoding = (MultibaseEncoding)text[0];
        return alphabet.TryDecode(text[1..], destination, out bytesWritten);
    }

    private static BaseAlphabet Get(MultibaseEncoding encoding) => Alphabets.Find(encoding)
        ?? throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "Not a supported multibase.");
}
