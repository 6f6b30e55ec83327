using IpfsKit.Multiformats;

namespace IpfsKit.Ipld;

/// <summary>A block's bytes do not hash to its CID: drop the bytes, and whoever sent them.</summary>
public sealed class BlockIntegrityException(Cid cid, string? detail = null)
    : IpldException($"The bytes of block {cid} do not match its hash{(detail is null ? "" : $" ({detail})")}.")
{
    /// <summary>The block.</summary>
    public Cid Cid { get; } = cid;
}

/// <summary>A block that is needed is not to be had.</summary>
public sealed class BlockNotFoundException(Cid cid) : IpldException($"Block {cid} was not found.")
{
    /// <summary>The block.</summary>
    public Cid Cid { get; } = cid;
}

/// <summary>A block is larger than the limit in force.</summary>
public sealed class BlockTooLargeException(Cid cid, long size, long limit)
    : IpldException($"Block {cid} has {size} bytes; the limit is {limit}.")
{
    /// <summary>The block.</summary>
    public Cid Cid { get; } = cid;

    /// <summary>Its size in bytes.</summary>
    public long Size { get; } = size;

    /// <summary>The limit in bytes.</summary>
    public long Limit { get; } = limit;
}
