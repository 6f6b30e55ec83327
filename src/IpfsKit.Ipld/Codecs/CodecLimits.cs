namespace IpfsKit.Ipld.Codecs;

/// <summary>Limits of the codecs.</summary>
public static class CodecLimits
{
    /// <summary>How deeply lists and maps may nest in a block, read or written: 1024, which takes well under a megabyte of stack.</summary>
    public const int MaxDepth = 1024;
}
