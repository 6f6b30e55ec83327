namespace IpfsKit.Fuzz.Tests.Targets.Ipld;

/// <summary>The first byte of a CBOR item: three bits of type, five that say how long the argument is.</summary>
internal static class CborHead
{
    /// <summary>Whether dag-cbor has items that begin so: no indefinite lengths, one tag (42), four simple values.</summary>
    public static bool IsValid(byte head) => (head >> 5) switch
    {
        6 => head == 0xd8,
        7 => head is 0xf4 or 0xf5 or 0xf6 or 0xfb,
        _ => (head & 0x1f) <= 27,
    };
}
