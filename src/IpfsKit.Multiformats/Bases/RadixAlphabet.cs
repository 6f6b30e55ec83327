using System.Buffers.Binary;

namespace IpfsKit.Multiformats.Bases;

/// <summary>A base that is no power of two: the bytes are one big-endian number, and every leading zero byte is one zero character.</summary>
/// <remarks>Quadratic time, hence the limit: 1 KiB takes at most some 0.2 ms. Numbers are worked on five characters at a time.</remarks>
internal sealed class RadixAlphabet : BaseAlphabet
{
    private const int ChunkLength = 5;

    private readonly uint _radix;
    private readonly uint _chunkRadix;
    private readonly double _bitsPerCharacter;

    /// <param name="characters">At most 84 characters, so that five fit 32 bits.</param>
    /// <param name="ignoreCase">Whether decoding accepts both cases.</param>
    public RadixAlphabet(string characters, bool ignoreCase)
        : base(characters, ignoreCase)
    {
        _radix = (uint)characters.Length;
        _chunkRadix = _radix * _radix * _radix * _radix * _radix;
        _bitsPerCharacter = Math.Log2(characters.Length);
    }

    /// <inheritdoc/>
    public override int MaxBytes => Multibase.MaxRadixBytes;

    /// <inheritdoc/>
    public override int GetMaxEncodedLength(int byteCount) => (int)(byteCount * 8 / _bitsPerCharacter) + 1;

    /// <inheritdoc/>
    /// <remarks>A zero character is a whole byte, so no text of n characters has more than n.</remarks>
    public override int GetMaxDecodedLength(int charCount) => Math.Min(charCount, MaxBytes);

    /// <inheritdoc/>
    public override bool TryEncode(ReadOnlySpan<byte> bytes, Span<char> destination, out int charsWritten)
    {
        charsWritten = 0;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MaxBytes);
        var zeros = bytes.IndexOfAnyExcept((byte)0);
        if (zeros < 0)
            zeros = bytes.Length;
        var number = bytes[zeros..];

        // 1. The number in 32-bit limbs, most significant first.
        Span<uint> limbs = stackalloc uint[(number.Length + 3) / 4];
        for (var i = limbs.Length - 1; i >= 0; i--, number = number[..^4])
        {
            if (number.Length < 4)
            {
                foreach (var b in number)
                    limbs[0] = (limbs[0] << 8) | b;
                break;
            }

            limbs[i] = BinaryPrimitives.ReadUInt32BigEndian(number[^4..]);
        }

        // 2. Divide off five characters at a time, from the end.
        Span<char> reversed = stackalloc char[GetMaxEncodedLength(bytes.Length) + ChunkLength];
        var at = 0;
        while (limbs.Length > 0)
        {
            ulong remainder = 0;
            for (var i = 0; i < limbs.Length; i++)
            {
                var (quotient, rest) = Math.DivRem((remainder << 32) | limbs[i], _chunkRadix);
                limbs[i] = (uint)quotient;
                remainder = rest;
            }

            if (limbs[0] == 0)
                limbs = limbs[1..];
            var chunk = (uint)remainder;
            for (var i = 0; i < ChunkLength && (chunk > 0 || limbs.Length > 0); i++)
            {
                (chunk, var digit) = Math.DivRem(chunk, _radix);
                reversed[at++] = GetCharacter(digit);
            }
        }

        // 3. Leading zeros, then the number.
        if (destination.Length < zeros + at)
            return false;
        destination[..zeros].Fill(GetCharacter(0));
        reversed[..at].Reverse();
        reversed[..at].CopyTo(destination[zeros..]);
        charsWritten = zeros + at;
        return true;
    }

    /// <inheritdoc/>
    public override bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (text.Length > GetMaxEncodedLength(MaxBytes))
            return false;
        var zeros = text.IndexOfAnyExcept(GetCharacter(0));
        if (zeros < 0)
            zeros = text.Length;

        // 1. Multiply and add five characters at a time; limbs are least significant first here.
        Span<uint> limbs = stackalloc uint[(int)((text.Length - zeros) * _bitsPerCharacter / 32) + 1];
        var used = 0;
        var rest = text[zeros..];
        while (!rest.IsEmpty)
        {
            var length = Math.Min(ChunkLength, rest.Length);
            uint chunk = 0, scale = 1;
            foreach (var character in rest[..length])
            {
                if (!TryGetValue(character, out var digit))
                    return false;
                chunk = (chunk * _radix) + digit;
                scale *= _radix;
            }

            ulong carry = chunk;
            for (var i = 0; i < used; i++)
            {
                carry += (ulong)limbs[i] * scale;
                limbs[i] = (uint)carry;
                carry >>= 32;
            }

            if (carry != 0)
                limbs[used++] = (uint)carry;
            rest = rest[length..];
        }

        // 2. Leading zeros, then the number without its empty top bytes.
        var numberLength = used == 0 ? 0 : (used * 4) - (System.Numerics.BitOperations.LeadingZeroCount(limbs[used - 1]) / 8);
        if (zeros + numberLength > Math.Min(destination.Length, MaxBytes))
            return false;
        destination[..zeros].Clear();
        for (var i = 0; i < numberLength; i++)
            destination[zeros + numberLength - 1 - i] = (byte)(limbs[i / 4] >> (8 * (i % 4)));
        bytesWritten = zeros + numberLength;
        return true;
    }
}
