namespace IpfsKit.Multiformats.Bases;

/// <summary>One way to write bytes as characters, without a multibase prefix. Stateless; allocates nothing.</summary>
internal abstract class BaseAlphabet
{
    private const byte Foreign = 0xff;

    private readonly string _characters;
    private readonly byte[] _values = new byte[128];

    protected BaseAlphabet(string characters, bool ignoreCase)
    {
        _characters = characters;
        Array.Fill(_values, Foreign);
        for (var i = 0; i < characters.Length; i++)
        {
            _values[characters[i]] = (byte)i;
            if (!ignoreCase)
                continue;
            _values[char.ToLowerInvariant(characters[i])] = (byte)i;
            _values[char.ToUpperInvariant(characters[i])] = (byte)i;
        }
    }

    /// <summary>The most bytes that are encoded, or decoded.</summary>
    public abstract int MaxBytes { get; }

    /// <summary>At least as many characters as <paramref name="byteCount"/> bytes take.</summary>
    public abstract int GetMaxEncodedLength(int byteCount);

    /// <summary>At least as many bytes as <paramref name="charCount"/> characters can stand for.</summary>
    public abstract int GetMaxDecodedLength(int charCount);

    /// <summary>Encodes at most <see cref="MaxBytes"/>; false if the destination is too short.</summary>
    public abstract bool TryEncode(ReadOnlySpan<byte> bytes, Span<char> destination, out int charsWritten);

    /// <summary>Decodes; false if the text is not what <see cref="TryEncode"/> writes (but for case), or the destination is too short.</summary>
    public abstract bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten);

    protected char GetCharacter(uint value) => _characters[(int)value];

    /// <summary>The value of a character; false if it is not in the alphabet.</summary>
    protected bool TryGetValue(char character, out uint value)
    {
        var values = _values;
        value = character < values.Length ? values[character] : Foreign;
        return value != Foreign;
    }
}
