using System.Buffers.Binary;
using System.Security.Cryptography;
using static IpfsKit.Libp2p.Security.Noise.NoiseConstants;

namespace IpfsKit.Libp2p.Security.Noise;

/// <summary>A key and the number of the next message: the CipherState of Noise with ChaCha20-Poly1305. Not thread-safe.</summary>
/// <remarks>Spec: <see href="https://noiseprotocol.org/noise.html#the-cipherstate-object"/>.</remarks>
internal sealed class NoiseCipher : IDisposable
{
    private readonly ChaCha20Poly1305 _cipher;
    private ulong _counter;

    /// <param name="key">32 bytes, which are copied.</param>
    /// <param name="counter">The number of the first message; other than 0 in tests only.</param>
    public NoiseCipher(ReadOnlySpan<byte> key, ulong counter = 0)
    {
        _cipher = new ChaCha20Poly1305(key);
        _counter = counter;
    }

    /// <summary>Encrypts the next message; plain and cipher bytes may be at the same place.</summary>
    /// <exception cref="NoiseNonceExhaustedException">There was one message for every number.</exception>
    public void Encrypt(ReadOnlySpan<byte> plain, Span<byte> cipher, Span<byte> tag, ReadOnlySpan<byte> associated)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        WriteNonce(nonce);
        _cipher.Encrypt(nonce, plain, cipher, tag, associated);
        _counter++;
    }

    /// <summary>Decrypts the next message; plain and cipher bytes may be at the same place.</summary>
    /// <returns>False if it was not encrypted as the next message with this key; the plain bytes are zero then.</returns>
    /// <exception cref="NoiseNonceExhaustedException">There was one message for every number.</exception>
    public bool TryDecrypt(ReadOnlySpan<byte> cipher, ReadOnlySpan<byte> tag, Span<byte> plain, ReadOnlySpan<byte> associated)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        WriteNonce(nonce);
        try
        {
            _cipher.Decrypt(nonce, cipher, tag, plain, associated);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        _counter++;
        return true;
    }

    public void Dispose() => _cipher.Dispose();

    private void WriteNonce(Span<byte> nonce)
    {
        // 2^64 - 1 is reserved by Noise (for rekeying), and a number used twice would reveal the messages.
        if (_counter == ulong.MaxValue)
            throw new NoiseNonceExhaustedException();
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], _counter);
    }
}
