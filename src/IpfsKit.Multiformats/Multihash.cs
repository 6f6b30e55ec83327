using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace IpfsKit.Multiformats;

/// <summary>A digest that says which hash function made it: <c>varint code · varint length · digest</c>.</summary>
/// <remarks>
/// A value type. Digests of up to 32 bytes, those of every common CID, live inside the value, so that parsing, copying and
/// comparing allocate nothing; longer ones (sha2-512, long identity hashes) hold one array.
/// <c>default</c> is no multihash: <see cref="IsDefault"/> says so and using it throws <see cref="InvalidOperationException"/>.
/// Spec: <see href="https://github.com/multiformats/multihash"/>.
/// </remarks>
public readonly struct Multihash : IEquatable<Multihash>
{
    /// <summary>The longest digest that is accepted, in bytes, whatever the function; an identity hash may take all of it.</summary>
    public const int MaxDigestBytes = 128;

    /// <summary>The longest encoded multihash, in bytes: two varints and the digest.</summary>
    public const int MaxBytes = 5 + 2 + MaxDigestBytes;

    private const int InlineBytes = 32;

    private readonly Inline _inline;
    private readonly byte[]? _long;
    private readonly Multicodec _code;
    private readonly byte _digestLength;
    private readonly bool _set;

    /// <summary>Makes a multihash of a digest that was computed elsewhere.</summary>
    /// <param name="code">The hash function.</param>
    /// <param name="digest">The digest, at most <see cref="MaxDigestBytes"/> bytes; copied.</param>
    /// <exception cref="ArgumentException">The digest is longer than <see cref="MaxDigestBytes"/>.</exception>
    public Multihash(Multicodec code, ReadOnlySpan<byte> digest)
    {
        if (digest.Length > MaxDigestBytes)
            throw new ArgumentException($"A digest of {digest.Length} bytes exceeds {MaxDigestBytes}.", nameof(digest));
        _code = code;
        _digestLength = (byte)digest.Length;
        _set = true;
        if (digest.Length <= InlineBytes)
            digest.CopyTo(MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref _inline, 1)));
        else
            _long = digest.ToArray();
    }

    /// <summary>True for <c>default</c>, which is no multihash.</summary>
    public bool IsDefault => !_set;

    /// <summary>The hash function.</summary>
    public Multicodec Code => _set ? _code : throw Unset();

    /// <summary>Whether the digest is the hashed bytes themselves: nobody has to be asked for them, and nothing needs to be stored.</summary>
    public bool IsIdentity => Code == Multicodec.Identity;

    /// <summary>The digest; points into this value or its array.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Digest =>
        !_set ? throw Unset()
        : _long is not null ? _long
        : MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in _inline, 1))[.._digestLength];

    /// <summary>The digest's length in bytes.</summary>
    public int DigestLength => _set ? _digestLength : throw Unset();

    /// <summary>The length of the encoded form in bytes.</summary>
    public int ByteCount => Varint.GetByteCount((ulong)Code) + Varint.GetByteCount(_digestLength) + _digestLength;

    /// <summary>Reads a multihash from the start of <paramref name="source"/>.</summary>
    /// <param name="source">The bytes; what follows the multihash is ignored.</param>
    /// <param name="multihash">The value read.</param>
    /// <param name="bytesRead">The bytes it took.</param>
    /// <returns>False if truncated, a varint is not canonical, or the digest exceeds <see cref="MaxDigestBytes"/>.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out Multihash multihash, out int bytesRead)
    {
        multihash = default;
        bytesRead = 0;
        if (!Varint.TryRead(source, out var code, out var codeBytes) || code > uint.MaxValue
            || !Varint.TryRead(source[codeBytes..], out var length, out var lengthBytes) || length > MaxDigestBytes)
            return false;
        var start = codeBytes + lengthBytes;
        if (source.Length - start < (int)length)
            return false;
        multihash = new Multihash((Multicodec)code, source.Slice(start, (int)length));
        bytesRead = start + (int)length;
        return true;
    }

    /// <summary>Reads bytes that are exactly one multihash.</summary>
    /// <exception cref="FormatException">They are not.</exception>
    public static Multihash FromBytes(ReadOnlySpan<byte> bytes) =>
        TryRead(bytes, out var multihash, out var read) && read == bytes.Length
            ? multihash
            : throw new FormatException($"The {bytes.Length} bytes are not a multihash.");

    /// <summary>Writes the encoded form and returns its length, <see cref="ByteCount"/>.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public int WriteBytes(Span<byte> destination)
    {
        var offset = Varint.Write(destination, (ulong)Code);
        offset += Varint.Write(destination[offset..], _digestLength);
        Digest.CopyTo(destination[offset..]);
        return offset + _digestLength;
    }

    /// <summary>The encoded form in a new array.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[ByteCount];
        WriteBytes(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(Multihash other) =>
        _set == other._set && _code == other._code && _digestLength == other._digestLength
        && (_long is null
            ? MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in _inline, 1))
                .SequenceEqual(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in other._inline, 1)))
            : _long.AsSpan().SequenceEqual(other._long));

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Multihash other && Equals(other);

    /// <inheritdoc/>
    /// <remarks>Digests are uniform, except identity ones, so the middle and the end of the digest take part.</remarks>
    public override int GetHashCode()
    {
        if (_long is null)
            return HashCode.Combine(_inline.A, _inline.B, _inline.C, _inline.D, _code, _digestLength);
        var hash = default(HashCode);
        hash.AddBytes(_long);
        hash.Add(_code);
        return hash.ToHashCode();
    }

    /// <summary>Whether both are the same function and digest.</summary>
    public static bool operator ==(Multihash left, Multihash right) => left.Equals(right);

    /// <summary>Whether they differ in function or digest.</summary>
    public static bool operator !=(Multihash left, Multihash right) => !left.Equals(right);

    /// <summary>The encoded form in base16, as the multihash vectors write it; for logs.</summary>
    public override string ToString() => _set ? Convert.ToHexStringLower(ToBytes()) : "(no multihash)";

    private static InvalidOperationException Unset() => new("This is default(Multihash), which is no multihash.");

    [StructLayout(LayoutKind.Sequential)]
    private struct Inline
    {
        public ulong A;
        public ulong B;
        public ulong C;
        public ulong D;
    }
}
