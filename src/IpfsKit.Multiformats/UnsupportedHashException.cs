namespace IpfsKit.Multiformats;

/// <summary>A multihash that cannot verify anything: this build cannot compute the function, or it is no proof.</summary>
public sealed class UnsupportedHashException : NotSupportedException
{
    /// <summary>Names a function that this build cannot compute, or does not accept as proof.</summary>
    public UnsupportedHashException(Multicodec code)
        : base($"The hash function {MulticodecTable.GetName(code)} (0x{(uint)code:x}) is not supported.") => Code = code;

    /// <summary>Names a digest that is too short to prove anything.</summary>
    public UnsupportedHashException(Multicodec code, int digestLength)
        : base($"A {MulticodecTable.GetName(code)} digest of {digestLength} bytes proves nothing; the least is {MultihashAlgorithm.MinVerifiedDigestBytes}.")
    {
        Code = code;
        DigestLength = digestLength;
    }

    /// <summary>The multihash code.</summary>
    public Multicodec Code { get; }

    /// <summary>The length of the digest in bytes where that is what is wrong, else null.</summary>
    public int? DigestLength { get; }
}
