using NSec.Cryptography;

namespace IpfsKit.Libp2p.Identities;

/// <summary>The public half of an Ed25519 key: 32 bytes, as RFC 8032 writes them.</summary>
internal sealed class Ed25519PublicKey : PublicKey
{
    public const int RawBytes = 32;

    private readonly NSec.Cryptography.PublicKey _key;

    private Ed25519PublicKey(NSec.Cryptography.PublicKey key, ReadOnlySpan<byte> raw)
        : base(KeyType.Ed25519, raw) => _key = key;

    public static Ed25519PublicKey FromRaw(ReadOnlySpan<byte> raw)
    {
        if (raw.Length != RawBytes)
            throw new KeyFormatException($"A public Ed25519 key has {RawBytes} bytes, not {raw.Length}.");
        return NSec.Cryptography.PublicKey.TryImport(SignatureAlgorithm.Ed25519, raw, KeyBlobFormat.RawPublicKey, out var key) && key is not null
            ? new Ed25519PublicKey(key, raw)
            : throw new KeyFormatException("The 32 bytes are not a public Ed25519 key.");
    }

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        SignatureAlgorithm.Ed25519.Verify(_key, data, signature);
}
