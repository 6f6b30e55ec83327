using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>The part of a file that a request asks for: the trustless gateway's <c>entity-bytes=from:to</c>.</summary>
/// <param name="From">The first byte; a negative value counts back from the end of the file.</param>
/// <param name="To">The last byte, inclusive; a negative value counts back from the end; null (<c>*</c>) is the end.</param>
/// <remarks>Spec: <see href="https://specs.ipfs.tech/http-gateways/trustless-gateway/#entity-bytes-request-query-parameter"/>.</remarks>
public readonly record struct EntityBytes(long From, long? To) : ISpanParsable<EntityBytes>
{
    /// <summary>The whole file.</summary>
    public static EntityBytes All => new(0, null);

    /// <summary>Whether this asks for the whole file, whatever its length.</summary>
    public bool IsAll => From == 0 && To is null;

    /// <summary>The bytes of <paramref name="length"/> that are meant, as a half-open interval within it; empty where they lie outside.</summary>
    /// <param name="length">The file's length in bytes.</param>
    public (long Start, long End) Resolve(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var start = From >= 0 ? Math.Min(From, length) : Math.Max(0, length + From);
        var end = To switch
        {
            null => length,
            < 0 => Math.Max(0, length + To.Value + 1),
            _ => To.Value >= length ? length : To.Value + 1,
        };
        return (start, Math.Max(start, end));
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out EntityBytes result)
    {
        result = default;
        var colon = s.IndexOf(':');
        if (colon < 0 || !TryParseOffset(s[..colon], out var from))
            return false;
        var end = s[(colon + 1)..];
        if (end is "*")
        {
            result = new EntityBytes(from, null);
            return true;
        }

        if (!TryParseOffset(end, out var to) || (from >= 0 == to >= 0 && to < from))
            return false;
        result = new EntityBytes(from, to);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, IFormatProvider?, out EntityBytes)"/>
    public static bool TryParse([NotNullWhen(true)] string? s, out EntityBytes result) => TryParse(s.AsSpan(), null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out EntityBytes result) => TryParse(s.AsSpan(), null, out result);

    /// <summary>Parses <c>from:to</c>, where <c>to</c> may be <c>*</c>.</summary>
    /// <exception cref="FormatException">It is neither, or ends before it begins.</exception>
    public static EntityBytes Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, null, out var result) ? result : throw new FormatException($"'{s}' is not a byte range of the form from:to.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char}, IFormatProvider?)"/>
    public static EntityBytes Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), null);

    /// <summary>The wire form.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{From}:{(To is { } to ? to : "*")}");

    private static bool TryParseOffset(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value > long.MinValue && text[0] != '+';
}
