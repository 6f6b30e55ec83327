namespace IpfsKit.Multiformats;

/// <summary>The supported multibase encodings; the value is the prefix character.</summary>
/// <remarks>Table: <see href="https://github.com/multiformats/multibase/blob/master/multibase.csv"/>.</remarks>
public enum MultibaseEncoding
{
    /// <summary>Hexadecimal, lower case.</summary>
    Base16 = 'f',

    /// <summary>Hexadecimal, upper case.</summary>
    Base16Upper = 'F',

    /// <summary>RFC 4648 base32, lower case, no padding: the default of CIDv1.</summary>
    Base32 = 'b',

    /// <summary>RFC 4648 base32, upper case, no padding.</summary>
    Base32Upper = 'B',

    /// <summary>RFC 4648 base32, lower case, padded.</summary>
    Base32Pad = 'c',

    /// <summary>RFC 4648 base32, upper case, padded.</summary>
    Base32PadUpper = 'C',

    /// <summary>RFC 4648 base32hex, lower case, no padding.</summary>
    Base32Hex = 'v',

    /// <summary>RFC 4648 base32hex, upper case, no padding.</summary>
    Base32HexUpper = 'V',

    /// <summary>RFC 4648 base32hex, lower case, padded.</summary>
    Base32HexPad = 't',

    /// <summary>RFC 4648 base32hex, upper case, padded.</summary>
    Base32HexPadUpper = 'T',

    /// <summary>z-base-32, as Tahoe-LAFS uses it.</summary>
    Base32Z = 'h',

    /// <summary>Base36, lower case: the default of IPNS names.</summary>
    Base36 = 'k',

    /// <summary>Base36, upper case.</summary>
    Base36Upper = 'K',

    /// <summary>Bitcoin's base58.</summary>
    Base58Btc = 'z',

    /// <summary>Flickr's base58.</summary>
    Base58Flickr = 'Z',

    /// <summary>RFC 4648 base64, no padding.</summary>
    Base64 = 'm',

    /// <summary>RFC 4648 base64, padded.</summary>
    Base64Pad = 'M',

    /// <summary>RFC 4648 base64url, no padding.</summary>
    Base64Url = 'u',

    /// <summary>RFC 4648 base64url, padded.</summary>
    Base64UrlPad = 'U',
}
