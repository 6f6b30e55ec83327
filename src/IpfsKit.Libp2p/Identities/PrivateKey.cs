namespace IpfsKit.Libp2p.Identities;

/// <summary>A key that signs. Holds its secret in memory that is locked and wiped; dispose it when the peer is gone.</summary>
public abstract class PrivateKey : IDisposable
{
    private protected PrivateKey(PublicKey publicKey) => PublicKey = publicKey;

    /// <summary>The half that may be shown.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>The kind of key.</summary>
    public KeyType Type => PublicKey.Type;

    /// <summary>Makes a new Ed25519 key from the operating system's random numbers.</summary>
    public static PrivateKey Generate() => Ed25519PrivateKey.Generate();

    /// <summary>Reads the protobuf encoding of libp2p.</summary>
    /// <exception cref="KeyFormatException">The bytes are not a private key, or its halves do not belong together.</exception>
    /// <exception cref="UnsupportedKeyTypeException">They are one of a kind that is not supported.</exception>
    public static PrivateKey Decode(ReadOnlySpan<byte> encoded) => KeyProtobuf.Decode(encoded, out var data) switch
    {
        KeyType.Ed25519 => Ed25519PrivateKey.FromData(data),
        var other => throw new UnsupportedKeyTypeException(other),
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
