using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace IpfsKit.Libp2p.PrivateNetworks;

/// <summary>The stream cipher XSalsa20: a key and a nonce of 24 bytes make an endless stream of bytes, with which others are combined. Not thread-safe; disposing wipes it.</summary>
/// <remarks>
/// Eight blocks are computed beside each other, a lane of the vectors each, which is several times as fast as BouncyCastle's engine and allocates nothing.
/// Paper: <see href="https://cr.yp.to/snuffle/xsalsa-20081128.pdf"/>; the core: <see href="https://cr.yp.to/snuffle/spec.pdf"/>.
/// </remarks>
internal sealed class XSalsa20 : IDisposable
{
    public const int KeyBytes = 32;
    public const int NonceBytes = 24;

    private const int Lanes = 8;
    private const int Words = 16;
    private const int StreamBytes = Lanes * Words * sizeof(uint);

    private readonly uint[] _state = new uint[Words];
    private readonly byte[] _stream = new byte[StreamBytes];
    private int _used = StreamBytes;

    public XSalsa20(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceBytes);
        SetState(key, nonce[..16]);
        Span<byte> subkey = stackalloc byte[KeyBytes];
        DeriveSubkey(subkey);
        Span<byte> rest = stackalloc byte[16];
        rest.Clear();
        nonce[16..].CopyTo(rest);
        SetState(subkey, rest);
        CryptographicOperations.ZeroMemory(subkey);
    }

    /// <summary>Combines the bytes with the next of the stream, in place; doing it twice gives them back.</summary>
    public void Apply(Span<byte> data) => Apply(data, data);

    /// <summary>Combines the bytes with the next of the stream.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="destination">Gets as many; the same place, or another.</param>
    public void Apply(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        while (!source.IsEmpty)
        {
            if (_used == StreamBytes)
            {
                Fill();
                _used = 0;
            }

            var bytes = Math.Min(source.Length, StreamBytes - _used);
            Xor(source[..bytes], _stream.AsSpan(_used, bytes), destination);
            _used += bytes;
            source = source[bytes..];
            destination = destination[bytes..];
        }
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_state.AsSpan()));
        CryptographicOperations.ZeroMemory(_stream);
    }

    private static void Xor(ReadOnlySpan<byte> source, ReadOnlySpan<byte> stream, Span<byte> destination)
    {
        var i = 0;
        for (; i + Vector256<byte>.Count <= source.Length; i += Vector256<byte>.Count)
            (Vector256.Create(source[i..]) ^ Vector256.Create(stream[i..])).CopyTo(destination[i..]);
        for (; i < source.Length; i++)
            destination[i] = (byte)(source[i] ^ stream[i]);
    }

    /// <summary>"expand 32-byte k" on the diagonal, the key beside it, and 16 bytes of nonce, or of nonce and counter.</summary>
    private void SetState(ReadOnlySpan<byte> key, ReadOnlySpan<byte> input)
    {
        (_state[0], _state[5], _state[10], _state[15]) = (0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);
        for (var i = 0; i < 4; i++)
        {
            _state[1 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
            _state[6 + i] = BinaryPrimitives.ReadUInt32LittleEndian(input[(4 * i)..]);
            _state[11 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(16 + (4 * i))..]);
        }
    }

    /// <summary>HSalsa20: the rounds without the addition; the words on the diagonal and of the input are the new key.</summary>
    private void DeriveSubkey(Span<byte> subkey)
    {
        Span<Vector256<uint>> words = stackalloc Vector256<uint>[Words];
        for (var i = 0; i < Words; i++)
            words[i] = Vector256.Create(_state[i]);
        Rounds(words);
        ReadOnlySpan<int> chosen = [0, 5, 10, 15, 6, 7, 8, 9];
        for (var i = 0; i < chosen.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(subkey[(4 * i)..], words[chosen[i]][0]);
    }

    /// <summary>The next eight blocks.</summary>
    private void Fill()
    {
        Span<Vector256<uint>> words = stackalloc Vector256<uint>[Words];
        Span<Vector256<uint>> before = stackalloc Vector256<uint>[Words];
        for (var i = 0; i < Words; i++)
            before[i] = Vector256.Create(_state[i]);
        // The counter of 64 bits, low word first; blocks are counted in eights, so that the low word overflows after a lane and never within.
        before[8] += Vector256.Create(0u, 1, 2, 3, 4, 5, 6, 7);
        before.CopyTo(words);
        Rounds(words);
        for (var i = 0; i < Words; i++)
            words[i] += before[i];
        Interleave(MemoryMarshal.Cast<Vector256<uint>, uint>(words), _stream);
        _state[8] += Lanes;
        if (_state[8] == 0)
            _state[9]++;
    }

    /// <summary>From words of eight blocks to eight blocks of words.</summary>
    private static void Interleave(ReadOnlySpan<uint> words, Span<byte> stream)
    {
        for (var block = 0; block < Lanes; block++)
        {
            var target = stream.Slice(block * Words * sizeof(uint), Words * sizeof(uint));
            for (var word = 0; word < Words; word++)
                BinaryPrimitives.WriteUInt32LittleEndian(target[(4 * word)..], words[(word * Lanes) + block]);
        }
    }

    private static void Rounds(Span<Vector256<uint>> words)
    {
        var (x0, x1, x2, x3) = (words[0], words[1], words[2], words[3]);
        var (x4, x5, x6, x7) = (words[4], words[5], words[6], words[7]);
        var (x8, x9, x10, x11) = (words[8], words[9], words[10], words[11]);
        var (x12, x13, x14, x15) = (words[12], words[13], words[14], words[15]);
        for (var round = 0; round < 20; round += 2)
        {
            x4 ^= Turn(x0 + x12, 7);
            x8 ^= Turn(x4 + x0, 9);
            x12 ^= Turn(x8 + x4, 13);
            x0 ^= Turn(x12 + x8, 18);
            x9 ^= Turn(x5 + x1, 7);
            x13 ^= Turn(x9 + x5, 9);
            x1 ^= Turn(x13 + x9, 13);
            x5 ^= Turn(x1 + x13, 18);
            x14 ^= Turn(x10 + x6, 7);
            x2 ^= Turn(x14 + x10, 9);
            x6 ^= Turn(x2 + x14, 13);
            x10 ^= Turn(x6 + x2, 18);
            x3 ^= Turn(x15 + x11, 7);
            x7 ^= Turn(x3 + x15, 9);
            x11 ^= Turn(x7 + x3, 13);
            x15 ^= Turn(x11 + x7, 18);

            x1 ^= Turn(x0 + x3, 7);
            x2 ^= Turn(x1 + x0, 9);
            x3 ^= Turn(x2 + x1, 13);
            x0 ^= Turn(x3 + x2, 18);
            x6 ^= Turn(x5 + x4, 7);
            x7 ^= Turn(x6 + x5, 9);
            x4 ^= Turn(x7 + x6, 13);
            x5 ^= Turn(x4 + x7, 18);
            x11 ^= Turn(x10 + x9, 7);
            x8 ^= Turn(x11 + x10, 9);
            x9 ^= Turn(x8 + x11, 13);
            x10 ^= Turn(x9 + x8, 18);
            x12 ^= Turn(x15 + x14, 7);
            x13 ^= Turn(x12 + x15, 9);
            x14 ^= Turn(x13 + x12, 13);
            x15 ^= Turn(x14 + x13, 18);
        }

        (words[0], words[1], words[2], words[3]) = (x0, x1, x2, x3);
        (words[4], words[5], words[6], words[7]) = (x4, x5, x6, x7);
        (words[8], words[9], words[10], words[11]) = (x8, x9, x10, x11);
        (words[12], words[13], words[14], words[15]) = (x12, x13, x14, x15);
    }

    private static Vector256<uint> Turn(Vector256<uint> value, int bits) => (value << bits) | (value >>> (32 - bits));
}
