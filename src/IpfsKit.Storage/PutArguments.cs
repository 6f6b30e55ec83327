using IpfsKit.Ipld;

namespace IpfsKit.Storage;

/// <summary>What every store asks of the blocks that it is given.</summary>
internal static class PutArguments
{
    /// <summary>Refuses blocks that nobody has verified.</summary>
    /// <exception cref="ArgumentException">The block is not verified.</exception>
    public static void ThrowIfUnverified(Block block)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (!block.IsVerified)
            throw new ArgumentException($"Block {block.Cid} is not verified; stores accept only verified blocks.", nameof(block));
    }
}
