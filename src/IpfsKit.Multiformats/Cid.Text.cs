using System.Diagnostics.CodeAnalysis;

namespace IpfsKit.Multiformats;

/// <content>Text forms: <c>Qm…</c> (version 0, bare base58btc) and multibase (version 1, base32 by default).</content>
public readonly partial struct Cid : ISpanParsable<Cid>
{
    /// <summary>The longest text that is tried, in characters: the longest binary form in base16.</summary>
    public const int MaxTextLength = 1 + (2 * MaxBytes);

    /// <summary>Parses any supported multibase form, or a bare version 0.</summary>
    /// <exception cref="FormatException">The text is not a CID; the message names it.</exception>
    public static Cid Parse(ReadOnlySpan<char> text) => TryParse(text, out var cid)
        ? cid
        : throw new FormatException($"'{text[..Math.Min(text.Length, 128)]}' is not a CID.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char})"/>
    public static Cid Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Parse(text.AsSpan());
    }

    /// <summary>Parses any supported multibase form, or a bare version 0.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Cid cid)
    {
        cid = default;
        if (text.Length is < 2 or > MaxTextLength)
            return false;
        if (text.Length == 46 && text.StartsWith("Qm", StringComparison.Ordinal))
            return TryFromV0Text(text, out cid);
        // A version 0 CID has no multibase form: kubo and the spec refuse "z" + Qm….
        return Multibase.TryDecode(text, out var bytes, out _)
            && TryRead(bytes, out cid, out var read) && read == bytes.Length && cid._version == 1;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out Cid)"/>
    public static bool TryParse([NotNullWhen(true)] string? text, out Cid cid) => TryParse(text.AsSpan(), out cid);

    static Cid ISpanParsable<Cid>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<Cid>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Cid result) => TryParse(s, out result);

    static Cid IParsable<Cid>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<Cid>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Cid result) => TryParse(s, out result);

    /// <summary>The usual text: base58btc for version 0, base32 for version 1.</summary>
    public override string ToString() => IsDefault ? "(no CID)" : ToString(MultibaseEncoding.Base32);

    /// <summary>The text in the given base; version 0 always prints its only form, bare base58btc.</summary>
    public string ToString(MultibaseEncoding encoding)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        bytes = bytes[..WriteBytes(bytes)];
        return _version == 0 ? Multibase.Encode(MultibaseEncoding.Base58Btc, bytes)[1..] : Multibase.Encode(encoding, bytes);
    }

    private static bool TryFromV0Text(ReadOnlySpan<char> text, out Cid cid)
    {
        cid = default;
        Span<char> prefixed = stackalloc char[47];
        prefixed[0] = (char)MultibaseEncoding.Base58Btc;
        text.CopyTo(prefixed[1..]);
        return Multibase.TryDecode(prefixed, out var bytes, out _)
            && TryRead(bytes, out cid, out var read) && read == bytes.Length && cid._version == 0;
    }
}
