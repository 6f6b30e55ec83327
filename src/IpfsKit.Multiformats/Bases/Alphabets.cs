namespace IpfsKit.Multiformats.Bases;

/// <summary>The alphabets of the multibase table that are supported.</summary>
internal static class Alphabets
{
    private const string Base16Characters = "0123456789abcdef";
    private const string Base32Characters = "abcdefghijklmnopqrstuvwxyz234567";
    private const string Base32HexCharacters = "0123456789abcdefghijklmnopqrstuv";
    private const string Base32HexUpperCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    private const string Base32UpperCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const string Base64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static BitAlphabet Base16 { get; } = new(Base16Characters, ignoreCase: true);

    public static BitAlphabet Base16Upper { get; } = new("0123456789ABCDEF", ignoreCase: true);

    public static BitAlphabet Base32 { get; } = new(Base32Characters, ignoreCase: true);

    public static BitAlphabet Base32Upper { get; } = new(Base32UpperCharacters, ignoreCase: true);

    public static BitAlphabet Base32Pad { get; } = new(Base32Characters, ignoreCase: true, padded: true);

    public static BitAlphabet Base32PadUpper { get; } = new(Base32UpperCharacters, ignoreCase: true, padded: true);

    public static BitAlphabet Base32Hex { get; } = new(Base32HexCharacters, ignoreCase: true);

    public static BitAlphabet Base32HexUpper { get; } = new(Base32HexUpperCharacters, ignoreCase: true);

    public static BitAlphabet Base32HexPad { get; } = new(Base32HexCharacters, ignoreCase: true, padded: true);

    public static BitAlphabet Base32HexPadUpper { get; } = new(Base32HexUpperCharacters, ignoreCase: true, padded: true);

    public static BitAlphabet Base32Z { get; } = new("ybndrfg8ejkmcpqxot1uwisza345h769", ignoreCase: false);

    public static RadixAlphabet Base36 { get; } = new("0123456789abcdefghijklmnopqrstuvwxyz", ignoreCase: true);

    public static RadixAlphabet Base36Upper { get; } = new("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", ignoreCase: true);

    public static RadixAlphabet Base58Btc { get; } = new("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", ignoreCase: false);

    public static RadixAlphabet Base58Flickr { get; } = new("123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", ignoreCase: false);

    public static BitAlphabet Base64 { get; } = new(Base64Letters + "+/", ignoreCase: false);

    public static BitAlphabet Base64Pad { get; } = new(Base64Letters + "+/", ignoreCase: false, padded: true);

    public static BitAlphabet Base64Url { get; } = new(Base64Letters + "-_", ignoreCase: false);

    public static BitAlphabet Base64UrlPad { get; } = new(Base64Letters + "-_", ignoreCase: false, padded: true);

    /// <summary>The alphabet of an encoding, or null if it is not supported.</summary>
    public static BaseAlphabet? Find(MultibaseEncoding encoding) => encoding switch
    {
        MultibaseEncoding.Base16 => Base16,
        MultibaseEncoding.Base16Upper => Base16Upper,
        MultibaseEncoding.Base32 => Base32,
        MultibaseEncoding.Base32Upper => Base32Upper,
        MultibaseEncoding.Base32Pad => Base32Pad,
        MultibaseEncoding.Base32PadUpper => Base32PadUpper,
        MultibaseEncoding.Base32Hex => Base32Hex,
        MultibaseEncoding.Base32HexUpper => Base32HexUpper,
        MultibaseEncoding.Base32HexPad => Base32HexPad,
        MultibaseEncoding.Base32HexPadUpper => Base32HexPadUpper,
        MultibaseEncoding.Base32Z => Base32Z,
        MultibaseEncoding.Base36 => Base36,
        MultibaseEncoding.Base36Upper => Base36Upper,
        MultibaseEncoding.Base58Btc => Base58Btc,
        MultibaseEncoding.Base58Flickr => Base58Flickr,
        MultibaseEncoding.Base64 => Base64,
        MultibaseEncoding.Base64Pad => Base64Pad,
        MultibaseEncoding.Base64Url => Base64Url,
        MultibaseEncoding.Base64UrlPad => Base64UrlPad,
        _ => null,
    };
}
