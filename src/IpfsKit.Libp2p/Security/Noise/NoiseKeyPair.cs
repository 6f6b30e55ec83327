using NSec.Cryptography;

namespace IpfsKit.Libp2p.Security.Noise;

/// <summary>An X25519 key pair; the secret half is in memory that is locked, and wiped by disposing.</summary>
/// <remarks>Spec: <see href="https://noiseprotocol.org/noise.html#the-25519-dh-functions"/>.</remarks>
internal sealed class NoiseKeyPair : IDisposable
{
    private readonly Key _key;
    private readonly byte[] _publicKey;

    private NoiseKeyPair(Key key)
    {
        _key = key;
        _publicKey = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    /// <summary>The public half: 32 bytes, as RFC 7748 writes them.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>GENERATE_KEYPAIR().</summary>
    public static NoiseKeyPair Generate() => new(Key.Create(KeyAgreementAlgorithm.X25519));

    /// <summary>The pair of a known secret half, for test vectors.</summary>
    public static NoiseKeyPair FromPrivateKey(ReadOnlySpan<byte> privateKey) =>
        new(Key.Import(KeyAgreementAlgorithm.X25519, privateKey, KeyBlobFormat.RawPrivateKey));

    /// <summary>DH(key_pair, public_key).</summary>
    /// <param name="publicKey">The other side's.</param>
    /// <param name="secret">Gets the 32 bytes; the caller wipes them.</param>
    /// <returns>False for those few public keys with which every secret is zero.</returns>
    public bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> secret)
    {
        if (!NSec.Cryptography.PublicKey.TryImport(KeyAgreementAlgorithm.X25519, publicKey, KeyBlobFormat.RawPublicKey, out var other) || other is null)
            return false;
        using var agreed = KeyAgreementAlgorithm.X25519.Agree(_key, other, Exportable);
        return agreed is not null && agreed.TryExport(SharedSecretBlobFormat.RawSharedSecret, secret, out _);
    }

    public void Dispose() => _key.Dispose();

    private static SharedSecretCreationParameters Exportable => new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
}
