using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Identities;

/// <summary>A key that checks signatures and names a peer. Immutable and thread-safe.</summary>
public abstract class PublicKey : IEquatable<PublicKey>
{
    private readonly byte[] _encoded;

    private protected PublicKey(KeyType type, ReadOnlySpan<byte> data)
    {
        Type = type;
        _encoded = KeyProtobuf.Encode(type, data);
        PeerId = PeerId.FromPublicKey(_encoded);
    }

    /// <summary>The kind of key.</summary>
    public KeyType Type { get; }

    /// <summary>The name of the peer that has the private half.</summary>
    public PeerId PeerId { get; }

    /// <summary>The protobuf encoding of libp2p.</summary>
    public ReadOnlyMemory<byte> Encoded => _encoded;

    /// <summary>Reads the protobuf encoding of libp2p.</summary>
    /// <exception cref="KeyFormatException">The bytes are not a public key, or one of RSA with less than 2048 or more than 8192 bits, or one of ECDSA on another curve than P-256.</exception>
    public static PublicKey Decode(ReadOnlySpan<byte> encoded) => KeyProtobuf.Decode(encoded, out var data) switch
    {
        KeyType.Rsa => RsaPublicKey.FromData(data),
        KeyType.Secp256k1 => Secp256k1PublicKey.FromRaw(data),
        KeyType.Ecdsa => EcdsaPublicKey.FromData(data),
        _ => Ed25519PublicKey.FromRaw(data),
    };

    /// <summary>The key of a peer whose id contains it, as those of Ed25519 and secp256k1 peers do; false for ids that are hashes.</summary>
    /// <exception cref="KeyFormatException">The id contains bytes that are no key.</exception>
    public static bool TryExtract(PeerId peerId, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PublicKey? key)
    {
        key = peerId.Hash.IsIdentity ? Decode(peerId.Hash.Digest) : null;
        return key is not null;
    }

    /// <summary>Whether <paramref name="signature"/> was made over <paramref name="data"/> by the private half.</summary>
    public abstract bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);

    /// <inheritdoc/>
    public bool Equals(PublicKey? other) => other is not null && _encoded.AsSpan().SequenceEqual(other._encoded);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => PeerId.GetHashCode();

    /// <summary>The peer id.</summary>
    public override string ToString() => PeerId.ToString();
}
