using SimpleBase;

namespace IpfsKit.Multiformats;

/// <summary>Bytes as text with a first character that says which base.</summary>
/// <remarks>Spec: <see href="https://github.com/multiformats/multibase"/>.</remarks>
public static class Multibase
{
    /// <summary>Encodes bytes, with the prefix character.</summary>
    public static string Encode(MultibaseEncoding encoding, ReadOnlySpan<byte> bytes) => (char)encoding + (encoding switch
    {
        MultibaseEncoding.Base16 => Convert.ToHexStringLower(bytes),
        MultibaseEncoding.Base16Upper => Convert.ToHexString(bytes),
        MultibaseEncoding.Base32 => Base32.Rfc4648.Encode(bytes, padding: false).ToLowerInvariant(),
        MultibaseEncoding.Base36 => Base36.LowerCase.Encode(bytes),
        MultibaseEncoding.Base58Btc => Base58.Bitcoin.Encode(bytes),
        MultibaseEncoding.Base64 => Convert.ToBase64String(bytes).TrimEnd('='),
        MultibaseEncoding.Base64Url => System.Buffers.Text.Base64Url.EncodeToString(bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "Not a supported multibase."),
    });

    /// <summary>Decodes prefixed text; false if the prefix is not supported or the rest is malformed.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes, out MultibaseEncoding encoding)
    {
        bytes = [];
        encoding = default;
        if (text.IsEmpty)
            return false;
        encoding = (MultibaseEncoding)text[0];
        var body = text[1..];
        try
        {
            switch (encoding)
            {
                case MultibaseEncoding.Base16 or MultibaseEncoding.Base16Upper:
                    bytes = Convert.FromHexString(body);
                    return true;
                case MultibaseEncoding.Base32:
                    bytes = Base32.Rfc4648.Decode(body);
                    return true;
                case MultibaseEncoding.Base36:
                    bytes = Base36.LowerCase.Decode(body);
                    return true;
                case MultibaseEncoding.Base58Btc:
                    bytes = Base58.Bitcoin.Decode(body);
                    return true;
                default:
                    return false;
            }
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            return false;
        }
    }
}
