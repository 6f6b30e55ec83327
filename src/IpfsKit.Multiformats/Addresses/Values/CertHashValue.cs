namespace IpfsKit.Multiformats.Addresses.Values;

/// <summary>The multihash of a certificate; text in any multibase, printed as base64url.</summary>
internal sealed class CertHashValue : AddressValue
{
    public override bool IsValid(ReadOnlySpan<byte> value) => Multihash.TryRead(value, out _, out var read) && read == value.Length;

    public override int GetMaxTextLength(int byteCount) => Multibase.GetMaxEncodedLength(MultibaseEncoding.Base64Url, byteCount);

    public override int Format(ReadOnlySpan<byte> value, Span<char> destination)
    {
        Multibase.TryEncode(MultibaseEncoding.Base64Url, value, destination, out var written);
        return written;
    }

    public override bool TryParse(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten) =>
        Multibase.TryDecode(text, destination, out bytesWritten, out _) && IsValid(destination[..bytesWritten]);
}
