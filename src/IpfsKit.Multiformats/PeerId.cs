using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using IpfsKit.Multiformats.Bases;
using IpfsKit.Multiformats.Json;

namespace IpfsKit.Multiformats;

/// <summary>The name of a libp2p peer: a multihash of its public key.</summary>
/// <remarks>
/// A value of one word, cheap to copy; the bytes are one array. Keys of at most <see cref="MaxInlineKeyBytes"/> (Ed25519,
/// secp256k1) are named by themselves in an identity multihash, longer ones (RSA, ECDSA) by sha2-256; nothing else is a peer id.
/// Two text forms: base58btc of the multihash (<c>12D3Koo…</c>, <c>Qm…</c>; what <see cref="ToString()"/> prints) and a version 1
/// CID with codec libp2p-key in any base (<see cref="ToCid"/>). <c>default</c> is no peer id: <see cref="IsDefault"/> says so,
/// it prints <c>(no peer id)</c>, and using it throws <see cref="InvalidOperationException"/>.
/// Spec: <see href="https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md"/>.
/// </remarks>
[JsonConverter(typeof(PeerIdJsonConverter))]
public readonly struct PeerId : IEquatable<PeerId>, IComparable<PeerId>, ISpanParsable<PeerId>, ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>The longest serialised public key that is its own name, in bytes.</summary>
    public const int MaxInlineKeyBytes = 42;

    /// <summary>The longest binary form, in bytes.</summary>
    public const int MaxBytes = 2 + MaxInlineKeyBytes;

    /// <summary>The longest text that is tried, in characters: a CID in base16.</summary>
    public const int MaxTextLength = 1 + (2 * (2 + MaxBytes));

    private const string Unset = "(no peer id)";

    private readonly byte[]? _bytes;

    private PeerId(byte[] bytes) => _bytes = bytes;

    /// <summary>True for <c>default</c>, which is no peer id.</summary>
    public bool IsDefault => _bytes is null;

    /// <summary>The binary form: an encoded multihash. Shared, not copied.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes ?? throw UnsetException();

    /// <summary>The multihash.</summary>
    public Multihash Hash => Multihash.FromBytes(Bytes);

    /// <summary>Names a public key.</summary>
    /// <param name="serializedKey">The key in libp2p's protobuf form (<c>PublicKey</c> of the peer id specification), deterministically encoded.</param>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public static PeerId FromPublicKey(ReadOnlySpan<byte> serializedKey)
    {
        if (serializedKey.IsEmpty)
            throw new ArgumentException("The public key is empty.", nameof(serializedKey));
        var code = serializedKey.Length <= MaxInlineKeyBytes ? Multicodec.Identity : Multicodec.Sha2_256;
        return new PeerId(MultihashAlgorithm.Compute(code, serializedKey).ToBytes());
    }

    /// <summary>The serialised public key, where the peer id holds it.</summary>
    /// <param name="serializedKey">The protobuf bytes, shared with this value; not checked to be a key.</param>
    /// <returns>False if the peer id holds only the key's hash.</returns>
    public bool TryGetPublicKey(out ReadOnlySpan<byte> serializedKey)
    {
        serializedKey = Bytes[0] == (byte)Multicodec.Identity ? Bytes[2..] : default;
        return !serializedKey.IsEmpty;
    }

    /// <summary>Reads bytes that are exactly one peer id.</summary>
    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, out PeerId peerId)
    {
        peerId = IsValid(bytes) ? new PeerId(bytes.ToArray()) : default;
        return !peerId.IsDefault;
    }

    /// <inheritdoc cref="TryFromBytes"/>
    /// <exception cref="FormatException">They are not.</exception>
    public static PeerId FromBytes(ReadOnlySpan<byte> bytes) => TryFromBytes(bytes, out var peerId)
        ? peerId
        : throw new FormatException($"The {bytes.Length} bytes are not a peer id.");

    /// <summary>The binary form in a new array.</summary>
    public byte[] ToBytes() => Bytes.ToArray();

    /// <summary>The peer id that a CID with codec libp2p-key stands for; false for any other CID.</summary>
    public static bool TryFromCid(in Cid cid, out PeerId peerId)
    {
        peerId = default;
        if (cid.IsDefault || cid.Codec != Multicodec.Libp2pKey || cid.Hash.ByteCount > MaxBytes)
            return false;
        Span<byte> bytes = stackalloc byte[MaxBytes];
        return TryFromBytes(bytes[..cid.Hash.WriteBytes(bytes)], out peerId);
    }

    /// <summary>This peer id as a version 1 CID with codec libp2p-key: the form of IPNS names (base36) and of URLs.</summary>
    public Cid ToCid() => Cid.CreateV1(Multicodec.Libp2pKey, Hash);

    /// <summary>Parses either text form.</summary>
    /// <exception cref="FormatException">The text is not a peer id; the message names it.</exception>
    public static PeerId Parse(ReadOnlySpan<char> text) => TryParse(text, out var peerId)
        ? peerId
        : throw new FormatException($"{TextPreview.Quote(text)} is not a peer id.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char})"/>
    public static PeerId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Parse(text.AsSpan());
    }

    /// <summary>Parses either text form.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PeerId peerId)
    {
        peerId = default;
        if (text.Length is < 2 or > MaxTextLength)
            return false;
        // No multibase prefix is '1' or 'Q', so the first character tells the forms apart.
        if (text[0] is not ('1' or 'Q'))
            return Cid.TryParse(text, out var cid) && TryFromCid(cid, out peerId);
        Span<byte> bytes = stackalloc byte[MaxBytes];
        return Alphabets.Base58Btc.TryDecode(text, bytes, out var length) && TryFromBytes(bytes[..length], out peerId);
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out PeerId)"/>
    public static bool TryParse([NotNullWhen(true)] string? text, out PeerId peerId) => TryParse(text.AsSpan(), out peerId);

    static PeerId ISpanParsable<PeerId>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<PeerId>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out PeerId result) => TryParse(s, out result);

    static PeerId IParsable<PeerId>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<PeerId>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PeerId result) => TryParse(s, out result);

    /// <summary>Base58btc of the multihash: <c>12D3Koo…</c>, <c>Qm…</c>.</summary>
    public override string ToString()
    {
        Span<char> text = stackalloc char[MaxTextLength];
        TryFormat(text, out var written);
        return new string(text[..written]);
    }

    /// <summary>Writes base58btc text and allocates nothing; false if <paramref name="destination"/> is too short.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten)
    {
        if (!IsDefault)
            return Alphabets.Base58Btc.TryEncode(_bytes, destination, out charsWritten);
        charsWritten = Unset.TryCopyTo(destination) ? Unset.Length : 0;
        return charsWritten > 0;
    }

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(destination, out charsWritten);

    bool IUtf8SpanFormattable.TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        Span<char> text = stackalloc char[MaxTextLength];
        TryFormat(text, out var written);
        return System.Text.Encoding.UTF8.TryGetBytes(text[..written], utf8Destination, out bytesWritten);
    }

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool Equals(PeerId other) => IsDefault == other.IsDefault && _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is PeerId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    /// <summary>Orders as the bytes do; <c>default</c> comes first.</summary>
    public int CompareTo(PeerId other) => _bytes.AsSpan().SequenceCompareTo(other._bytes);

    /// <summary>Whether both name the same peer.</summary>
    public static bool operator ==(PeerId left, PeerId right) => left.Equals(right);

    /// <summary>Whether they name different peers.</summary>
    public static bool operator !=(PeerId left, PeerId right) => !left.Equals(right);

    /// <summary>Whether <paramref name="left"/> orders before <paramref name="right"/>.</summary>
    public static bool operator <(PeerId left, PeerId right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> orders before <paramref name="right"/> or equals it.</summary>
    public static bool operator <=(PeerId left, PeerId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> orders after <paramref name="right"/>.</summary>
    public static bool operator >(PeerId left, PeerId right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> orders after <paramref name="right"/> or equals it.</summary>
    public static bool operator >=(PeerId left, PeerId right) => left.CompareTo(right) >= 0;

    /// <summary>Whether bytes are a peer id: sha2-256 of 32 bytes, or an identity multihash of a key that is short enough.</summary>
    internal static bool IsValid(ReadOnlySpan<byte> bytes) => bytes.Length > 2 && bytes[1] == bytes.Length - 2
        && (bytes[0] == (byte)Multicodec.Sha2_256 ? bytes[1] == 32 : bytes[0] == (byte)Multicodec.Identity && bytes[1] <= MaxInlineKeyBytes);

    private static InvalidOperationException UnsetException() => new("This is default(PeerId), which is no peer id.");
}
