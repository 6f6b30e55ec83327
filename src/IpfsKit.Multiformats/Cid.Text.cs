using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using IpfsKit.Multiformats.Bases;
using IpfsKit.Multiformats.Json;

namespace IpfsKit.Multiformats;

/// <content>Text forms: <c>Qm…</c> (version 0, bare base58btc) and multibase (version 1, base32 by default).</content>
[JsonConverter(typeof(CidJsonConverter))]
public readonly partial struct Cid : ISpanParsable<Cid>, ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>The longest text that is tried, in characters: the longest binary form in base16.</summary>
    public const int MaxTextLength = 1 + (2 * MaxBytes);

    private const string Unset = "(no CID)";
    private const int V0TextLength = 46;

    /// <summary>Parses any supported multibase form, or a bare version 0. Paths and URLs are not CIDs.</summary>
    /// <exception cref="FormatException">The text is not a CID; the message names it.</exception>
    public static Cid Parse(ReadOnlySpan<char> text) => TryParse(text, out var cid)
        ? cid
        : throw new FormatException($"{TextPreview.Quote(text)} is not a CID.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char})"/>
    public static Cid Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Parse(text.AsSpan());
    }

    /// <summary>Parses any supported multibase form, or a bare version 0; allocates nothing for digests of up to 32 bytes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Cid cid)
    {
        cid = default;
        if (text.Length is < 2 or > MaxTextLength)
            return false;
        Span<byte> bytes = stackalloc byte[MaxTextLength];
        // A version 0 CID has one text form: the spec refuses it behind a multibase prefix.
        var isV0 = text.Length == V0TextLength && text.StartsWith("Qm", StringComparison.Ordinal);
        return (isV0 ? Alphabets.Base58Btc.TryDecode(text, bytes, out var length) : Multibase.TryDecode(text, bytes, out length, out _))
            && TryRead(bytes[..length], out cid, out var read) && Accept(read == length && cid._version == (isV0 ? 0 : 1), ref cid);
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out Cid)"/>
    public static bool TryParse([NotNullWhen(true)] string? text, out Cid cid) => TryParse(text.AsSpan(), out cid);

    static Cid ISpanParsable<Cid>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<Cid>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Cid result) => TryParse(s, out result);

    static Cid IParsable<Cid>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<Cid>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Cid result) => TryParse(s, out result);

    /// <summary>The usual text: base58btc for version 0, base32 for version 1.</summary>
    public override string ToString() => ToString(MultibaseEncoding.Base32);

    /// <summary>The text in the given base; version 0 always prints its only form, bare base58btc.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The encoding is not supported.</exception>
    public string ToString(MultibaseEncoding encoding)
    {
        Span<char> text = stackalloc char[MaxTextLength];
        TryFormat(text, out var written, encoding);
        return new string(text[..written]);
    }

    /// <summary>Writes the usual text and allocates nothing; false if <paramref name="destination"/> is too short.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten) => TryFormat(destination, out charsWritten, MultibaseEncoding.Base32);

    /// <summary>Writes the text in the given base and allocates nothing; false if <paramref name="destination"/> is too short.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The encoding is not supported.</exception>
    public bool TryFormat(Span<char> destination, out int charsWritten, MultibaseEncoding encoding)
    {
        if (IsDefault)
        {
            charsWritten = Unset.TryCopyTo(destination) ? Unset.Length : 0;
            return charsWritten > 0;
        }

        Span<byte> bytes = stackalloc byte[MaxBytes];
        bytes = bytes[..WriteBytes(bytes)];
        return _version == 0
            ? Alphabets.Base58Btc.TryEncode(bytes, destination, out charsWritten)
            : Multibase.TryEncode(encoding, bytes, destination, out charsWritten);
    }

    /// <summary>Writes the text; a format is a multibase prefix character, base32 if empty.</summary>
    /// <exception cref="FormatException">The format is not the prefix of a supported base.</exception>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(destination, out charsWritten, ReadFormat(format));

    /// <inheritdoc cref="TryFormat(Span{char}, out int, ReadOnlySpan{char}, IFormatProvider?)"/>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        Span<char> text = stackalloc char[MaxTextLength];
        TryFormat(text, out var written, ReadFormat(format));
        return System.Text.Encoding.UTF8.TryGetBytes(text[..written], utf8Destination, out bytesWritten);
    }

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString(ReadFormat(format));

    private static MultibaseEncoding ReadFormat(ReadOnlySpan<char> format) =>
        format.IsEmpty ? MultibaseEncoding.Base32
        : format.Length == 1 && Multibase.IsSupported((MultibaseEncoding)format[0]) ? (MultibaseEncoding)format[0]
        : throw new FormatException($"{TextPreview.Quote(format)} is not the prefix of a supported multibase.");

    private static bool Accept(bool accepted, ref Cid cid)
    {
        if (!accepted)
            cid = default;
        return accepted;
    }
}
