using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace IpfsKit.Libp2p.Security.Noise;

/// <summary>X25519 of libsodium, the library below NSec, on plain memory.</summary>
/// <remarks>
/// NSec keeps every secret, that of each agreement too, in pages of its own that it maps, protects and unmaps: good for keys that live long. A handshake has eight such secrets for a millisecond, and with two threads at it
/// the kernel spent half of all time on their pages. Here they lie on the stack or in pinned arrays, and are wiped.
/// Spec: <see href="https://www.rfc-editor.org/rfc/rfc7748#section-6.1"/>.
/// </remarks>
internal static partial class Curve25519
{
    public const int KeyBytes = 32;

    static Curve25519()
    {
        // Chooses the fastest code for this processor; harmless if NSec has done it.
        if (Initialize() < 0)
            throw new CryptographicException("libsodium cannot be used.");
    }

    /// <summary>The public half of a secret key.</summary>
    public static void GetPublicKey(ReadOnlySpan<byte> secretKey, Span<byte> publicKey)
    {
        Check(secretKey.Length, publicKey.Length);
        if (MultiplyBase(publicKey, secretKey) != 0)
            throw new CryptographicException("libsodium made no public key.");
    }

    /// <summary>The secret that two keys agree on.</summary>
    /// <returns>False for those few public keys with which every secret is zero.</returns>
    public static bool TryAgree(ReadOnlySpan<byte> secretKey, ReadOnlySpan<byte> publicKey, Span<byte> secret)
    {
        Check(secretKey.Length, publicKey.Length);
        Check(secret.Length, KeyBytes);
        return Multiply(secret, secretKey, publicKey) == 0;
    }

    private static void Check(int first, int second)
    {
        if (first != KeyBytes || second != KeyBytes)
            throw new ArgumentException($"Keys and secrets have {KeyBytes} bytes.");
    }

    [LibraryImport("libsodium", EntryPoint = "sodium_init")]
    private static partial int Initialize();

    [LibraryImport("libsodium", EntryPoint = "crypto_scalarmult_curve25519_base")]
    private static partial int MultiplyBase(Span<byte> publicKey, ReadOnlySpan<byte> secretKey);

    [LibraryImport("libsodium", EntryPoint = "crypto_scalarmult_curve25519")]
    private static partial int Multiply(Span<byte> secret, ReadOnlySpan<byte> secretKey, ReadOnlySpan<byte> publicKey);
}
