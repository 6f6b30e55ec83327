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

    /// <summary>Base36, lower case: the default of IPNS names.</summary>
    Base36 = 'k',

    /// <summary>Bitcoin's base58.</summary>
    Base58Btc = 'z',

    /// <summary>RFC 4648 base64, no padding.</summary>
    Base64 = 'm',

    /// <summary>RFC 4648 base64url, no padding.</summary>
    Base64Url = 'u',
}
