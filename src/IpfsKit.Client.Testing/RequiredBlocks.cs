using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Testing;

/// <summary>A missing block becomes what a cluster says: nobody knows the root, or nobody can deliver what is below it.</summary>
internal sealed class RequiredBlocks(IBlockSource inner, Cid root) : IBlockSource
{
    public async ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default) =>
        await inner.GetAsync(cid, cancellationToken).ConfigureAwait(false)
        ?? throw (cid == root ? new ContentNotFoundException(root) : new ContentUnavailableException(root, $"block {cid} is missing."));
}
