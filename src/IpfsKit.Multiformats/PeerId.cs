using System.Diagnostics.CodeAnalysis;

namespace IpfsKit.Multiformats;

/// <summary>The name of a libp2p peer: the multihash of its public key.</summary>
/// <remarks>
/// A serialised public key of up to 42 bytes (Ed25519, secp256k1) is its own identity hash; a longer one is hashed by sha2-256.
/// <c>default</c> is no peer id. Spec: <see href="https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md"/>.
/// </remarks>
public readonly struct PeerId : IEquatable<PeerId>, IParsable<PeerId>
{
    private const int MaxInlineKeyBytes = 42;

    private readonly Multihash _hash;

    private PeerId(in Multihash hash) => _hash = hash;

    /// <summary>True for <c>default</c>, which is no peer id.</summary>
    public bool IsDefault => _hash.IsDefault;

    /// <summary>The multihash.</summary>
    [UnscopedRef]
    public ref readonly Multihash Hash => ref _hash;

    /// <summary>Names a public key in its protobuf encoding.</summary>
    public static PeerId FromPublicKey(ReadOnlySpan<byte> serialisedKey) => new(serialisedKey.Length <= MaxInlineKeyBytes
        ? new Multihash(Multicodec.Identity, serialisedKey)
        : MultihashAlgorithm.Compute(Multicodec.Sha2_256, serialisedKey));

    /// <summary>Reads bytes that are exactly one identity or sha2-256 multihash.</summary>
    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, out PeerId peerId)
    {
        var valid = Multihash.TryRead(bytes, out var hash, out var read) && read == bytes.Length
            && (hash.Code == Multicodec.Identity ? hash.DigestLength is > 0 and <= MaxInlineKeyBytes
                : hash.Code == Multicodec.Sha2_256 && hash.DigestLength == 32);
        peerId = valid ? new PeerId(hash) : default;
        return valid;
    }

    /// <inheritdoc cref="TryFromBytes"/>
    /// <exception cref="FormatException">They are not.</exception>
    public static PeerId FromBytes(ReadOnlySpan<byte> bytes) => TryFromBytes(bytes, out var peerId)
        ? peerId
        : throw new FormatException($"The {bytes.Length} bytes are not a peer id.");

    /// <summary>The multihash's binary form in a new array.</summary>
    public byte[] ToBytes() => _hash.ToBytes();

    /// <summary>Parses bare base58btc (<c>12D3Koo…</c>, <c>Qm…</c>) or a CIDv1 of codec libp2p-key.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PeerId peerId)
    {
        peerId = default;
        if (text.Length is 0 or > Cid.MaxTextLength)
            return false;
        if (text[0] is not ('1' or 'Q'))
        {
            Span<byte> bytes = stackalloc byte[Multihash.MaxBytes];
            return Cid.TryParse(text, out var cid) && cid.Codec == Multicodec.Libp2pKey
                && TryFromBytes(bytes[..cid.Hash.WriteBytes(bytes)], out peerId);
        }

        return Multibase.TryDecode(string.Concat([(char)MultibaseEncoding.Base58Btc], text), out var decoded, out _)
            && TryFromBytes(decoded, out peerId);
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out PeerId)"/>
    public static bool TryParse([NotNullWhen(true)] string? text, out PeerId peerId) => TryParse(text.AsSpan(), out peerId);

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out PeerId)"/>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static PeerId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var peerId) ? peerId : throw new FormatException($"'{text[..Math.Min(text.Length, 128)]}' is not a peer id.");
    }

    static PeerId IParsable<PeerId>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<PeerId>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PeerId result) => TryParse(s, out result);

    /// <inheritdoc/>
    public bool Equals(PeerId other) => _hash.Equals(other._hash);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is PeerId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash.GetHashCode();

    /// <summary>Whether both name the same key.</summary>
    public static bool operator ==(PeerId left, PeerId right) => left.Equals(right);

    /// <summary>Whether they name different keys.</summary>
    public static bool operator !=(PeerId left, PeerId right) => !left.Equals(right);

    /// <summary>Bare base58btc, the form that people know.</summary>
    public override string ToString() => IsDefault ? "(no peer id)" : Multibase.Encode(MultibaseEncoding.Base58Btc, ToBytes())[1..];
}
