namespace IpfsKit.Ipld.Codecs;

/// <summary>The order of text by its UTF-8 bytes, without encoding it.</summary>
internal static class Utf8Order
{
    /// <summary>Compares as the UTF-8 forms compare.</summary>
    /// <remarks>UTF-16 code units order as code points do, except that surrogates (U+10000 and up) come before U+E000–U+FFFF: lift them above.</remarks>
    public static int Compare(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
            return left.Length.CompareTo(right.Length);
        return Rank(left[common]).CompareTo(Rank(right[common]));
    }

    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
