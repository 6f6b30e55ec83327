using System.Security.Cryptography;
using static IpfsKit.Libp2p.Security.Noise.NoiseConstants;

namespace IpfsKit.Libp2p.Security.Noise;

/// <summary>The running hash and the running key of a handshake: the SymmetricState of Noise. Not thread-safe; disposing wipes it.</summary>
/// <remarks>Spec: <see href="https://noiseprotocol.org/noise.html#the-symmetricstate-object"/>. Methods have its names.</remarks>
internal sealed class NoiseSymmetricState : IDisposable
{
    private const int HashedAtOnceBytes = 512;

    private readonly byte[] _chainingKey = new byte[HashBytes];
    private readonly byte[] _hash = new byte[HashBytes];
    private NoiseCipher? _cipher;

    /// <summary>InitializeSymmetric.</summary>
    /// <param name="protocolName">At most 32 bytes, as that of libp2p is: it is its own hash then.</param>
    public NoiseSymmetricState(ReadOnlySpan<byte> protocolName)
    {
        protocolName.CopyTo(_hash);
        _hash.CopyTo(_chainingKey.AsSpan());
    }

    /// <summary>The hash of all that was said: the same on both sides, and on no other connection.</summary>
    public ReadOnlySpan<byte> HandshakeHash => _hash;

    /// <summary>How many bytes longer the next encrypted field is than what is in it.</summary>
    public int Overhead => _cipher is null ? 0 : TagBytes;

    public void MixHash(ReadOnlySpan<byte> data) => HashWith(data, _hash);

    public void MixKey(ReadOnlySpan<byte> secret)
    {
        Span<byte> output = stackalloc byte[2 * HashBytes];
        DeriveTwo(secret, output);
        output[..HashBytes].CopyTo(_chainingKey);
        _cipher?.Dispose();
        _cipher = new NoiseCipher(output[HashBytes..]);
        CryptographicOperations.ZeroMemory(output);
    }

    /// <summary>Encrypts once there is a key, and copies before.</summary>
    /// <param name="plain">May be at the beginning of <paramref name="destination"/>.</param>
    /// <param name="destination">Room for the plain bytes and <see cref="Overhead"/>.</param>
    /// <returns>The bytes written.</returns>
    public int EncryptAndHash(ReadOnlySpan<byte> plain, Span<byte> destination)
    {
        var written = destination[..(plain.Length + Overhead)];
        if (_cipher is null)
            plain.CopyTo(written);
        else
            _cipher.Encrypt(plain, written[..plain.Length], written[plain.Length..], _hash);
        MixHash(written);
        return written.Length;
    }

    /// <summary>Decrypts once there is a key, and copies before.</summary>
    /// <param name="field">At least <see cref="Overhead"/> long.</param>
    /// <param name="plain">Room for the field without the overhead; may be the field's own beginning.</param>
    /// <returns>False if this is not what the other side encrypted, or it is not in the same handshake.</returns>
    public bool TryDecryptAndHash(ReadOnlySpan<byte> field, Span<byte> plain)
    {
        // The hash is of the encrypted field, which decrypting in place destroys, and decrypting needs the hash before it.
        Span<byte> next = stackalloc byte[HashBytes];
        HashWith(field, next);
        var encrypted = field[..^Overhead];
        if (_cipher is null)
            encrypted.CopyTo(plain);
        else if (!_cipher.TryDecrypt(encrypted, field[encrypted.Length..], plain[..encrypted.Length], _hash))
            return false;
        next.CopyTo(_hash);
        return true;
    }

    /// <summary>The ciphers of the initiator's and of the responder's messages from now on.</summary>
    public (NoiseCipher Initiator, NoiseCipher Responder) Split()
    {
        Span<byte> output = stackalloc byte[2 * HashBytes];
        DeriveTwo([], output);
        var ciphers = (new NoiseCipher(output[..HashBytes]), new NoiseCipher(output[HashBytes..]));
        CryptographicOperations.ZeroMemory(output);
        return ciphers;
    }

    public void Dispose()
    {
        _cipher?.Dispose();
        CryptographicOperations.ZeroMemory(_chainingKey);
        CryptographicOperations.ZeroMemory(_hash);
    }

    /// <summary>HKDF(chaining_key, input_key_material, 2). Not .NET's: that of OpenSSL takes no empty input, which <see cref="Split"/> has.</summary>
    private void DeriveTwo(ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> temporary = stackalloc byte[HashBytes];
        Span<byte> second = stackalloc byte[HashBytes + 1];
        HMACSHA256.HashData(_chainingKey, input, temporary);
        HMACSHA256.HashData(temporary, [1], output);
        output[..HashBytes].CopyTo(second);
        second[HashBytes] = 2;
        HMACSHA256.HashData(temporary, second, output[HashBytes..]);
        CryptographicOperations.ZeroMemory(temporary);
        CryptographicOperations.ZeroMemory(second);
    }

    private void HashWith(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        // In one call where both fit on the stack, as all but payloads with RSA keys do: a running hash costs more to set up than to compute.
        if (data.Length <= HashedAtOnceBytes)
        {
            Span<byte> both = stackalloc byte[HashBytes + data.Length];
            _hash.CopyTo(both);
            data.CopyTo(both[HashBytes..]);
            SHA256.HashData(both, destination);
            return;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_hash);
        hash.AppendData(data);
        hash.GetHashAndReset(destination);
    }
}
