using IpfsKit.Multiformats;

namespace IpfsKit.Ipld;

/// <summary>Conveniences over <see cref="IBlockSource"/>.</summary>
public static class BlockSourceExtensions
{
    /// <summary>The block, or an exception if it is not to be had. An identity CID answers itself without asking the source.</summary>
    /// <returns>A reference that the caller disposes.</returns>
    /// <exception cref="BlockNotFoundException">The source does not have it.</exception>
    /// <exception cref="BlockIntegrityException">It is there but damaged.</exception>
    public static async ValueTask<Block> GetRequiredAsync(this IBlockSource source, Cid cid, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (cid.Hash.IsIdentity)
            return Block.CreateIdentity(cid);
        return await source.GetAsync(cid, cancellationToken).ConfigureAwait(false) ?? throw new BlockNotFoundException(cid);
    }
}
