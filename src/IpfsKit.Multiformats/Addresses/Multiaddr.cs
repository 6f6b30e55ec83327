using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using IpfsKit.Multiformats.Addresses;
using IpfsKit.Multiformats.Json;

namespace IpfsKit.Multiformats;

/// <summary>A network address as a path of protocols and values: <c>/ip4/127.0.0.1/udp/4001/quic-v1/p2p/12D3Koo…</c>.</summary>
/// <remarks>
/// <para>A value of one word over validated bytes, equal when its bytes are. Every protocol of the table is known
/// (<see cref="MultiaddrProtocol.All"/>); a component of any other, an empty value, or anything after a path component is refused,
/// in text and in bytes. Walk the components with <c>foreach</c>, which allocates nothing.</para>
/// <para><c>default</c> is the empty address: it has no components and prints nothing. It is what <see cref="Decapsulate(Multiaddr)"/>
/// leaves of an address taken off itself, it can be encapsulated, and it is never parsed.</para>
/// Spec: <see href="https://github.com/multiformats/multiaddr"/>.
/// </remarks>
[JsonConverter(typeof(MultiaddrJsonConverter))]
public readonly partial struct Multiaddr : IEquatable<Multiaddr>
{
    /// <summary>The longest address that is accepted, in bytes.</summary>
    public const int MaxBytes = 2048;

    private readonly byte[]? _bytes;

    private Multiaddr(byte[] bytes) => _bytes = bytes;

    /// <summary>True for <c>default</c>, the empty address.</summary>
    public bool IsDefault => _bytes is null;

    /// <summary>The binary form. Shared, not copied; empty for <c>default</c>.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The address of a peer wherever it is: <c>/p2p/…</c>, to be encapsulated in others.</summary>
    public static Multiaddr FromPeerId(PeerId peerId)
    {
        var value = peerId.Bytes;
        Span<byte> bytes = stackalloc byte[3 + PeerId.MaxBytes];
        var at = Varint.Write(bytes, (ulong)Multicodec.P2p);
        at += Varint.Write(bytes[at..], (ulong)value.Length);
        value.CopyTo(bytes[at..]);
        return new Multiaddr(bytes[..(at + value.Length)].ToArray());
    }

    /// <summary>Reads bytes that are exactly one address; false if they are not, or longer than <see cref="MaxBytes"/>.</summary>
    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, out Multiaddr address)
    {
        address = ComponentReader.IsValid(bytes) ? new Multiaddr(bytes.ToArray()) : default;
        return !address.IsDefault;
    }

    /// <inheritdoc cref="TryFromBytes"/>
    /// <exception cref="FormatException">They are not.</exception>
    public static Multiaddr FromBytes(ReadOnlySpan<byte> bytes) => TryFromBytes(bytes, out var address)
        ? address
        : throw new FormatException($"The {bytes.Length} bytes are not a multiaddr.");

    /// <summary>The binary form in a new array.</summary>
    public byte[] ToBytes() => Bytes.ToArray();

    /// <summary>Walks the components.</summary>
    public Enumerator GetEnumerator() => new(_bytes);

    /// <summary>Whether a component of this protocol is there.</summary>
    public bool Contains(Multicodec protocol) => TryGet(protocol, out _);

    /// <summary>The first component of a protocol.</summary>
    public bool TryGet(Multicodec protocol, out MultiaddrComponent component)
    {
        foreach (var candidate in this)
        {
            if (candidate.Code != protocol)
                continue;
            component = candidate;
            return true;
        }

        component = default;
        return false;
    }

    /// <summary>The peer at the end of the address; false if it names none, or only the relay before a <c>/p2p-circuit</c>.</summary>
    public bool TryGetPeerId(out PeerId peerId)
    {
        peerId = default;
        foreach (var component in this)
        {
            if (component.Code == Multicodec.P2p)
                PeerId.TryFromBytes(component.ValueBytes, out peerId);
            else if (component.Code == Multicodec.P2pCircuit)
                peerId = default;
        }

        return !peerId.IsDefault;
    }

    /// <summary>This address followed by another.</summary>
    /// <exception cref="ArgumentException">The result exceeds <see cref="MaxBytes"/>, or this address ends in a path, which nothing can follow.</exception>
    public Multiaddr Encapsulate(Multiaddr inner)
    {
        if (inner.IsDefault)
            return this;
        if (IsDefault)
            return inner;
        if (Bytes.Length + inner.Bytes.Length > MaxBytes)
            throw new ArgumentException($"The address would have {Bytes.Length + inner.Bytes.Length} bytes; the limit is {MaxBytes}.", nameof(inner));
        foreach (var component in this)
        {
            if (component.Protocol.IsPath)
                throw new ArgumentException($"'{this}' ends in a path: nothing can follow.", nameof(inner));
        }

        return new Multiaddr([.. Bytes, .. inner.Bytes]);
    }

    /// <summary>What comes before the last occurrence of <paramref name="inner"/>; this address if it is not there, <c>default</c> if nothing comes before.</summary>
    public Multiaddr Decapsulate(Multiaddr inner)
    {
        if (inner.IsDefault)
            return this;
        var found = -1;
        var offset = 0;
        foreach (var component in this)
        {
            // Components are self-delimiting, so equal bytes from the start of one are equal components.
            if (Bytes[offset..].StartsWith(inner.Bytes))
                found = offset;
            offset += component.Bytes.Length;
        }

        return TakeFirst(found);
    }

    /// <summary>What comes before the last component of a protocol; this address if there is none, <c>default</c> if nothing comes before.</summary>
    public Multiaddr Decapsulate(Multicodec protocol)
    {
        var found = -1;
        var offset = 0;
        foreach (var component in this)
        {
            if (component.Code == protocol)
                found = offset;
            offset += component.Bytes.Length;
        }

        return TakeFirst(found);
    }

    /// <inheritdoc/>
    public bool Equals(Multiaddr other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Multiaddr other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>Whether both have the same bytes.</summary>
    public static bool operator ==(Multiaddr left, Multiaddr right) => left.Equals(right);

    /// <summary>Whether their bytes differ.</summary>
    public static bool operator !=(Multiaddr left, Multiaddr right) => !left.Equals(right);

    private Multiaddr TakeFirst(int length) => length < 0 ? this : length == 0 ? default : new Multiaddr(_bytes![..length]);

    /// <summary>Walks the components of an address.</summary>
    public struct Enumerator
    {
        private ReadOnlyMemory<byte> _rest;

        internal Enumerator(byte[]? bytes)
        {
            _rest = bytes;
            Current = default;
        }

        /// <summary>The component.</summary>
        public MultiaddrComponent Current { get; private set; }

        /// <summary>Moves to the next component; false after the last.</summary>
        public bool MoveNext()
        {
            if (!ComponentReader.TryRead(_rest.Span, out var protocol, out var valueOffset, out var length))
                return false;
            Current = new MultiaddrComponent(protocol, _rest[..length], valueOffset);
            _rest = _rest[length..];
            return true;
        }
    }
}
