using System.Diagnostics.CodeAnalysis;

namespace IpfsKit.Multiformats;

/// <summary>A content identifier, version 0 or 1.</summary>
/// <remarks>
/// A value type: parsing bytes, comparing, copying and writing allocate nothing for digests of up to 32 bytes (see
/// <see cref="Multihash"/>). Equality is on version, codec and multihash; <see cref="ToV1"/> before comparing DAGs.
/// <c>default</c> is no CID: <see cref="IsDefault"/> says so, <see cref="ToString()"/> prints <c>(no CID)</c>, and using it
/// throws <see cref="InvalidOperationException"/>.
/// Spec: <see href="https://github.com/multiformats/cid"/>.
/// </remarks>
public readonly partial struct Cid : IEquatable<Cid>, IComparable<Cid>
{
    /// <summary>The longest binary form that is accepted, in bytes.</summary>
    public const int MaxBytes = 1 + 5 + Multihash.MaxBytes;

    private readonly Multihash _hash;
    private readonly Multicodec _codec;
    private readonly byte _version;

    private Cid(byte version, Multicodec codec, in Multihash hash)
    {
        _version = version;
        _codec = codec;
        _hash = hash;
    }

    /// <summary>True for <c>default</c>, which is no CID.</summary>
    public bool IsDefault => _hash.IsDefault;

    /// <summary>0 or 1.</summary>
    public int Version => IsDefault ? throw UnsetException() : _version;

    /// <summary>What the bytes are encoded in; always <see cref="Multicodec.DagPb"/> for version 0.</summary>
    public Multicodec Codec => IsDefault ? throw UnsetException() : _codec;

    /// <summary>The hash of the bytes.</summary>
    [UnscopedRef]
    public ref readonly Multihash Hash => ref _hash;

    /// <summary>The length of the binary form in bytes.</summary>
    public int ByteCount => (Version == 0 ? 0 : 1 + Varint.GetByteCount((ulong)_codec)) + _hash.ByteCount;

    /// <summary>A version 0 CID: dag-pb and sha2-256 of 32 bytes.</summary>
    /// <exception cref="ArgumentException">The hash is another.</exception>
    public static Cid CreateV0(in Multihash hash) => CanBeV0(Multicodec.DagPb, hash)
        ? new Cid(0, Multicodec.DagPb, hash)
        : throw new ArgumentException("A version 0 CID holds a sha2-256 hash of 32 bytes.", nameof(hash));

    /// <summary>A version 1 CID.</summary>
    /// <exception cref="ArgumentException"><paramref name="hash"/> is <c>default</c>.</exception>
    public static Cid CreateV1(Multicodec codec, in Multihash hash) => hash.IsDefault
        ? throw new ArgumentException("A CID needs a multihash.", nameof(hash))
        : new Cid(1, codec, hash);

    /// <summary>This CID as version 1.</summary>
    public Cid ToV1() => Version == 1 ? this : new Cid(1, Multicodec.DagPb, _hash);

    /// <summary>This CID as version 0, where it has that form.</summary>
    public bool TryToV0(out Cid v0)
    {
        v0 = CanBeV0(Codec, _hash) ? new Cid(0, Multicodec.DagPb, _hash) : default;
        return !v0.IsDefault;
    }

    /// <summary>Reads a CID from the start of <paramref name="source"/>.</summary>
    /// <remarks>
    /// Two bytes 0x12 0x20 begin a version 0; a byte 0x01 begins a version 1. Versions 2 and 3 are reserved, and every other first
    /// byte is no CID. An unknown codec or hash function is legal: what cannot be checked is found out when it is.
    /// </remarks>
    /// <param name="source">The bytes; what follows the CID is ignored.</param>
    /// <param name="cid">The value read.</param>
    /// <param name="bytesRead">The bytes it took.</param>
    /// <returns>False if truncated or malformed: unknown version, varints not canonical, digest over the limit.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out Cid cid, out int bytesRead)
    {
        cid = default;
        bytesRead = 0;
        if (source.Length >= 2 && source[0] == (byte)Multicodec.Sha2_256 && source[1] == 32)
        {
            if (!Multihash.TryRead(source, out var v0, out bytesRead))
                return false;
            cid = new Cid(0, Multicodec.DagPb, v0);
            return true;
        }

        if (source.IsEmpty || source[0] != 1
            || !Varint.TryRead(source[1..], out var codec, out var codecBytes) || codec > uint.MaxValue
            || !Multihash.TryRead(source[(1 + codecBytes)..], out var hash, out var hashBytes))
            return false;
        cid = new Cid(1, (Multicodec)codec, hash);
        bytesRead = 1 + codecBytes + hashBytes;
        return true;
    }

    /// <summary>Reads bytes that are exactly one CID.</summary>
    /// <exception cref="FormatException">They are not.</exception>
    public static Cid FromBytes(ReadOnlySpan<byte> bytes) =>
        TryRead(bytes, out var cid, out var read) && read == bytes.Length
            ? cid
            : throw new FormatException($"The {bytes.Length} bytes are not a CID.");

    /// <summary>Writes the binary form and returns its length, <see cref="ByteCount"/>.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public int WriteBytes(Span<byte> destination)
    {
        if (Version == 0)
            return _hash.WriteBytes(destination);
        destination[0] = 1;
        var offset = 1 + Varint.Write(destination[1..], (ulong)_codec);
        return offset + _hash.WriteBytes(destination[offset..]);
    }

    /// <summary>The binary form in a new array.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[ByteCount];
        WriteBytes(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(Cid other) => _version == other._version && _codec == other._codec && _hash.Equals(other._hash);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Cid other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_hash, _codec, _version);

    /// <summary>Orders as the binary forms do; <c>default</c> comes first. Allocates nothing.</summary>
    public int CompareTo(Cid other)
    {
        if (IsDefault || other.IsDefault)
            return other.IsDefault.CompareTo(IsDefault);
        Span<byte> mine = stackalloc byte[MaxBytes];
        Span<byte> theirs = stackalloc byte[MaxBytes];
        return mine[..WriteBytes(mine)].SequenceCompareTo(theirs[..other.WriteBytes(theirs)]);
    }

    /// <summary>Whether both have the same version, codec and hash.</summary>
    public static bool operator ==(Cid left, Cid right) => left.Equals(right);

    /// <summary>Whether they differ in version, codec or hash.</summary>
    public static bool operator !=(Cid left, Cid right) => !left.Equals(right);

    /// <summary>Whether <paramref name="left"/> orders before <paramref name="right"/>.</summary>
    public static bool operator <(Cid left, Cid right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> orders before <paramref name="right"/> or equals it.</summary>
    public static bool operator <=(Cid left, Cid right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> orders after <paramref name="right"/>.</summary>
    public static bool operator >(Cid left, Cid right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> orders after <paramref name="right"/> or equals it.</summary>
    public static bool operator >=(Cid left, Cid right) => left.CompareTo(right) >= 0;

    private static bool CanBeV0(Multicodec codec, in Multihash hash) =>
        codec == Multicodec.DagPb && hash.Code == Multicodec.Sha2_256 && hash.DigestLength == 32;

    private static InvalidOperationException UnsetException() => new("This is default(Cid), which is no CID.");
}
