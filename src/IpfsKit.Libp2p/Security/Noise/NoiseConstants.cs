namespace IpfsKit.Libp2p.Security.Noise;

/// <summary>The sizes of Noise with Curve25519, ChaCha20-Poly1305 and SHA-256, in bytes.</summary>
/// <remarks>Spec: <see href="https://noiseprotocol.org/noise.html#dh-functions-cipher-functions-and-hash-functions"/>.</remarks>
internal static class NoiseConstants
{
    /// <summary>A public key and an agreed secret (DHLEN).</summary>
    public const int KeyBytes = 32;

    /// <summary>A hash, a chaining key and a cipher key (HASHLEN).</summary>
    public const int HashBytes = 32;

    /// <summary>The tag behind what is encrypted.</summary>
    public const int TagBytes = 16;

    /// <summary>The nonce of the cipher: four zeros and a counter.</summary>
    public const int NonceBytes = 12;

    /// <summary>The length before every message on the wire, of libp2p.</summary>
    public const int LengthBytes = 2;

    /// <summary>The longest message.</summary>
    public const int MaxMessageBytes = ushort.MaxValue;

    /// <summary>The most plain bytes of a message after the handshake.</summary>
    public const int MaxPlainBytes = MaxMessageBytes - TagBytes;
}
