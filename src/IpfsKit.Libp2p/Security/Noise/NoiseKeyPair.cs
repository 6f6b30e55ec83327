using System.Security.Cryptography;

namespace IpfsKit.Libp2p.Security.Noise;

/// <summary>An X25519 key pair; the secret half is in memory that does not move, and wiped by disposing.</summary>
/// <remarks>Spec: <see href="https://noiseprotocol.org/noise.html#the-25519-dh-functions"/>.</remarks>
internal sealed class NoiseKeyPair : IDisposable
{
    private readonly byte[] _secretKey = GC.AllocateUninitializedArray<byte>(Curve25519.KeyBytes, pinned: true);
    private readonly byte[] _publicKey = new byte[Curve25519.KeyBytes];
    private bool _isDisposed;

    private NoiseKeyPair(ReadOnlySpan<byte> secretKey)
    {
        secretKey.CopyTo(_secretKey);
        Curve25519.GetPublicKey(_secretKey, _publicKey);
    }

    /// <summary>The public half: 32 bytes, as RFC 7748 writes them.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>GENERATE_KEYPAIR().</summary>
    public static NoiseKeyPair Generate()
    {
        Span<byte> secretKey = stackalloc byte[Curve25519.KeyBytes];
        RandomNumberGenerator.Fill(secretKey);
        var pair = new NoiseKeyPair(secretKey);
        CryptographicOperations.ZeroMemory(secretKey);
        return pair;
    }

    /// <summary>The pair of a known secret half, for test vectors.</summary>
    public static NoiseKeyPair FromPrivateKey(ReadOnlySpan<byte> privateKey) => new(privateKey);

    /// <summary>DH(key_pair, public_key).</summary>
    /// <param name="publicKey">The other side's.</param>
    /// <param name="secret">Gets the 32 bytes; the caller wipes them.</param>
    /// <returns>False for those few public keys with which every secret is zero.</returns>
    public bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> secret)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return Curve25519.TryAgree(_secretKey, publicKey, secret);
    }

    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_secretKey);
    }
}
