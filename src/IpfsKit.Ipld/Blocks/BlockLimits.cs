namespace IpfsKit.Ipld;

/// <summary>Sizes that every part of the system agrees on.</summary>
public static class BlockLimits
{
    /// <summary>The largest block that is exchanged and, unless a caller allows more, imported: 2 MiB (bitswap's limit).</summary>
    public const int MaxBlockBytes = 2 << 20;
}
