namespace IpfsKit.Libp2p.Identities;

/// <summary>A key that signs. Thread-safe; dispose it when the peer is gone.</summary>
/// <remarks>The secret of an Ed25519 key is in memory that is locked and wiped, those of RSA and ECDSA are in the platform's library, which wipes them; that of secp256k1 is in ordinary memory.</remarks>
public abstract class PrivateKey : IDisposable
{
    private protected PrivateKey(PublicKey publicKey) => PublicKey = publicKey;

    /// <summary>The half that may be shown.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>The kind of key.</summary>
    public KeyType Type => PublicKey.Type;

    /// <summary>Makes a new Ed25519 key from the operating system's random numbers.</summary>
    public static PrivateKey Generate() => Ed25519PrivateKey.Generate();

    /// <summary>Makes a new key of a kind; one of RSA has 2048 bits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such kind.</exception>
    public static PrivateKey Generate(KeyType type) => type switch
    {
        KeyType.Ed25519 => Ed25519PrivateKey.Generate(),
        KeyType.Secp256k1 => Secp256k1PrivateKey.Generate(),
        KeyType.Ecdsa => EcdsaPrivateKey.Generate(),
        KeyType.Rsa => RsaPrivateKey.Generate(RsaPrivateKey.DefaultBits),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such kind of key."),
    };

    /// <summary>Makes a new RSA key.</summary>
    /// <param name="bits">2048 to 8192, a multiple of 8.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static PrivateKey GenerateRsa(int bits) => RsaPrivateKey.Generate(bits);

    /// <summary>Reads the protobuf encoding of libp2p.</summary>
    /// <exception cref="KeyFormatException">The bytes are not a private key, or its halves do not belong together.</exception>
    public static PrivateKey Decode(ReadOnlySpan<byte> encoded) => KeyProtobuf.Decode(encoded, out var data) switch
    {
        KeyType.Rsa => RsaPrivateKey.FromData(data),
        KeyType.Secp256k1 => Secp256k1PrivateKey.FromData(data),
        KeyType.Ecdsa => EcdsaPrivateKey.FromData(data),
        _ => Ed25519PrivateKey.FromData(data),
    };

    /// <summary>The protobuf encoding of libp2p, in a new array that the caller wipes.</summary>
    public abstract byte[] Encode();

    /// <summary>Signs.</summary>
    public abstract byte[] Sign(ReadOnlySpan<byte> data);

    /// <summary>Wipes the secret.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    private protected abstract void Dispose(bool disposing);
}
