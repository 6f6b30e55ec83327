namespace IpfsKit.Multiformats;

/// <summary>A hash function of the multihash table that this build cannot compute, so nothing that it names can be verified.</summary>
public sealed class UnsupportedHashException : NotSupportedException
{
    /// <summary>Names the function.</summary>
    public UnsupportedHashException(Multicodec code)
        : base($"The hash function {code} (0x{(uint)code:x}) is not supported.") => Code = code;

    /// <summary>The multihash code.</summary>
    public Multicodec Code { get; }
}
