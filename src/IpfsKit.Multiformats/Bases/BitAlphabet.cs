namespace IpfsKit.Multiformats.Bases;

/// <summary>A base that is a power of two: each character holds a few whole bits (RFC 4648). Linear time.</summary>
internal sealed class BitAlphabet : BaseAlphabet
{
    private const char Padding = '=';

    private readonly int _bits;
    private readonly bool _padded;
    private readonly bool _ignoreTrailingBits;

    /// <param name="characters">16, 32 or 64 characters.</param>
    /// <param name="ignoreCase">Whether decoding accepts both cases.</param>
    /// <param name="padded">Whether text is filled up with <c>=</c> to whole groups: then it must be, else it must not.</param>
    /// <param name="ignoreTrailingBits">Whether the unused bits of the last character may be set, so that texts are not unique.</param>
    public BitAlphabet(string characters, bool ignoreCase, bool padded = false, bool ignoreTrailingBits = false)
        : base(characters, ignoreCase)
    {
        _bits = System.Numerics.BitOperations.Log2((uint)characters.Length);
        _padded = padded;
        _ignoreTrailingBits = ignoreTrailingBits;
    }

    /// <inheritdoc/>
    public override int MaxBytes => int.MaxValue / 4;

    // Characters of a whole group: 2 for base16, 8 for base32, 4 for base64.
    private int GroupLength => _bits switch { 4 => 2, 5 => 8, _ => 4 };

    /// <inheritdoc/>
    public override int GetMaxEncodedLength(int byteCount)
    {
        var chars = (int)((((long)byteCount * 8) + _bits - 1) / _bits);
        return _padded ? (chars + GroupLength - 1) / GroupLength * GroupLength : chars;
    }

    /// <inheritdoc/>
    public override int GetMaxDecodedLength(int charCount) => (int)((long)charCount * _bits / 8);

    /// <inheritdoc/>
    public override bool TryEncode(ReadOnlySpan<byte> bytes, Span<char> destination, out int charsWritten)
    {
        charsWritten = 0;
        var length = GetMaxEncodedLength(bytes.Length);
        if (destination.Length < length)
            return false;
        destination = destination[..length];
        var mask = (1u << _bits) - 1;
        uint held = 0;
        var heldBits = 0;
        var at = 0;
        foreach (var b in bytes)
        {
            held = (held << 8) | b;
            heldBits += 8;
            while (heldBits >= _bits)
            {
                heldBits -= _bits;
                destination[at++] = GetCharacter((held >> heldBits) & mask);
            }
        }

        if (heldBits > 0)
            destination[at++] = GetCharacter((held << (_bits - heldBits)) & mask);
        destination[at..].Fill(Padding);
        charsWritten = length;
        return true;
    }

    /// <inheritdoc/>
    public override bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (_padded)
        {
            if (text.Length % GroupLength != 0)
                return false;
            var unpadded = text.TrimEnd(Padding);
            if (text.Length - unpadded.Length >= GroupLength)
                return false;
            text = unpadded;
        }

        if (destination.Length < GetMaxDecodedLength(text.Length))
            return false;
        uint held = 0;
        var heldBits = 0;
        var at = 0;
        foreach (var character in text)
        {
            if (!TryGetValue(character, out var value))
                return false;
            held = (held << _bits) | value;
            heldBits += _bits;
            if (heldBits < 8)
                continue;
            heldBits -= 8;
            destination[at++] = (byte)(held >> heldBits);
        }

        // What is left is less than one character, or the text has a character too many; its bits carry nothing.
        if (heldBits >= _bits || (!_ignoreTrailingBits && (held & ((1u << heldBits) - 1)) != 0))
            return false;
        bytesWritten = at;
        return true;
    }
}
