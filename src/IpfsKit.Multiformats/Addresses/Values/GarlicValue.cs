using IpfsKit.Multiformats.Bases;

namespace IpfsKit.Multiformats.Addresses.Values;

/// <summary>An I2P destination: the public key in I2P's base64, or its hash (or an encrypted lease set) in base32.</summary>
/// <remarks>Lengths: <see href="https://geti2p.net/spec/common-structures#destination"/>, <see href="https://geti2p.net/spec/b32encrypted"/>.</remarks>
internal sealed class GarlicValue(bool isBase64) : AddressValue
{
    private static readonly BitAlphabet Base64 =
        new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~", ignoreCase: false, padded: true);

    // Lease sets of odd lengths circulate with unused bits set.
    private static readonly BitAlphabet Base32 = new("abcdefghijklmnopqrstuvwxyz234567", ignoreCase: true, ignoreTrailingBits: true);

    private readonly BitAlphabet _alphabet = isBase64 ? Base64 : Base32;

    public override bool IsValid(ReadOnlySpan<byte> value) => isBase64 ? value.Length >= 386 : value.Length is 32 or >= 35;

    public override int GetMaxTextLength(int byteCount) => _alphabet.GetMaxEncodedLength(byteCount);

    public override int Format(ReadOnlySpan<byte> value, Span<char> destination)
    {
        _alphabet.TryEncode(value, destination, out var written);
        return written;
    }

    public override bool TryParse(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten) =>
        _alphabet.TryDecode(text, destination, out bytesWritten) && IsValid(destination[..bytesWritten]);
}
