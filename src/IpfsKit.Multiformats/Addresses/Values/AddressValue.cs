namespace IpfsKit.Multiformats.Addresses.Values;

/// <summary>How the value of one multiaddr protocol is written, as bytes and as text. Stateless; allocates nothing.</summary>
internal abstract class AddressValue
{
    /// <summary>Whether bytes, of the protocol's length if that is fixed, are a value. Never throws.</summary>
    public abstract bool IsValid(ReadOnlySpan<byte> value);

    /// <summary>At least as many characters as a value of <paramref name="byteCount"/> bytes prints.</summary>
    public abstract int GetMaxTextLength(int byteCount);

    /// <summary>Prints a valid value and returns the characters written; <paramref name="destination"/> has <see cref="GetMaxTextLength"/>.</summary>
    public abstract int Format(ReadOnlySpan<byte> value, Span<char> destination);

    /// <summary>Parses text, without slashes unless the value is a path; false if it is no value or <paramref name="destination"/> is too short.</summary>
    public abstract bool TryParse(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten);
}
