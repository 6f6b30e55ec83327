using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace IpfsKit.Multiformats;

/// <content>Text: <c>/name/value/name/…</c>.</content>
public readonly partial struct Multiaddr : ISpanParsable<Multiaddr>, ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>The longest text that is tried, in characters: more than the text of any address of <see cref="MaxBytes"/>.</summary>
    public const int MaxTextLength = 10 * MaxBytes;

    private const int MaxLengthPrefix = 2;

    /// <summary>Parses text. <c>/ipfs/</c> is read as <c>/p2p/</c>, slashes at the end are ignored, and every value is printed in its canonical form.</summary>
    /// <exception cref="FormatException">The text is not an address, or longer than <see cref="MaxBytes"/> in binary; the message names it.</exception>
    public static Multiaddr Parse(ReadOnlySpan<char> text) => TryParse(text, out var address)
        ? address
        : throw new FormatException($"{TextPreview.Quote(text)} is not a multiaddr.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char})"/>
    public static Multiaddr Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Parse(text.AsSpan());
    }

    /// <summary>Parses text; false where <see cref="Parse(string)"/> throws.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Multiaddr address)
    {
        address = default;
        if (text.Length > MaxTextLength)
            return false;
        text = text.TrimEnd('/');
        if (text.IsEmpty || text[0] != '/')
            return false;
        // The last value may be tried one byte further on than it ends up.
        Span<byte> bytes = stackalloc byte[MaxBytes + MaxLengthPrefix - 1];
        var at = 0;
        while (!text.IsEmpty)
        {
            if (!TryReadComponent(ref text, bytes[at..], out var written))
                return false;
            at += written;
        }

        if (at > MaxBytes)
            return false;
        address = new Multiaddr(bytes[..at].ToArray());
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out Multiaddr)"/>
    public static bool TryParse([NotNullWhen(true)] string? text, out Multiaddr address) => TryParse(text.AsSpan(), out address);

    static Multiaddr ISpanParsable<Multiaddr>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<Multiaddr>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Multiaddr result) => TryParse(s, out result);

    static Multiaddr IParsable<Multiaddr>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<Multiaddr>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Multiaddr result) => TryParse(s, out result);

    /// <summary>The canonical text; empty for <c>default</c>.</summary>
    public override string ToString()
    {
        var buffer = ArrayPool<char>.Shared.Rent(GetMaxTextLength());
        var text = new string(buffer, 0, Format(buffer));
        ArrayPool<char>.Shared.Return(buffer);
        return text;
    }

    /// <summary>Writes the canonical text and allocates nothing; false if <paramref name="destination"/> is too short.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten)
    {
        var length = GetMaxTextLength();
        if (destination.Length >= length)
        {
            charsWritten = Format(destination);
            return true;
        }

        var buffer = ArrayPool<char>.Shared.Rent(length);
        charsWritten = Format(buffer);
        var fits = buffer.AsSpan(0, charsWritten).TryCopyTo(destination);
        ArrayPool<char>.Shared.Return(buffer);
        if (!fits)
            charsWritten = 0;
        return fits;
    }

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(destination, out charsWritten);

    bool IUtf8SpanFormattable.TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        var buffer = ArrayPool<char>.Shared.Rent(GetMaxTextLength());
        var fits = System.Text.Encoding.UTF8.TryGetBytes(buffer.AsSpan(0, Format(buffer)), utf8Destination, out bytesWritten);
        ArrayPool<char>.Shared.Return(buffer);
        return fits;
    }

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    private static bool TryReadComponent(ref ReadOnlySpan<char> text, scoped Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        var name = TakeSegment(ref text);
        if (!MultiaddrProtocol.TryGet(name, out var protocol) || destination.Length < Varint.GetByteCount((ulong)protocol.Code))
            return false;
        var at = Varint.Write(destination, (ulong)protocol.Code);
        if (protocol.Value is { } codec)
        {
            if (text.IsEmpty)
                return false;
            var value = protocol.IsPath ? text : TakeSegment(ref text);
            if (protocol.IsPath)
                text = default;
            // A variable value is written behind room for the longest length, then moved up to the length it has.
            var isVariable = protocol.ValueLength == MultiaddrProtocol.VariableLength;
            var room = isVariable ? MaxLengthPrefix : 0;
            if (destination.Length < at + room || !codec.TryParse(value, destination[(at + room)..], out var valueLength))
                return false;
            var parsed = destination.Slice(at + room, valueLength);
            if (isVariable)
                at += Varint.Write(destination[at..], (ulong)valueLength);
            parsed.CopyTo(destination[at..]);
            at += valueLength;
        }

        bytesWritten = at;
        return true;
    }

    /// <summary>Takes <c>/segment</c> off the start of <paramref name="text"/>, and leaves the slash of the next.</summary>
    private static ReadOnlySpan<char> TakeSegment(ref ReadOnlySpan<char> text)
    {
        var slash = text[1..].IndexOf('/');
        var segment = slash < 0 ? text[1..] : text.Slice(1, slash);
        text = text[(1 + segment.Length)..];
        return segment;
    }

    private int GetMaxTextLength()
    {
        var length = 0;
        foreach (var component in this)
            length += component.MaxTextLength;
        return length;
    }

    private int Format(Span<char> destination)
    {
        var at = 0;
        foreach (var component in this)
            at += component.Format(destination[at..]);
        return at;
    }
}
