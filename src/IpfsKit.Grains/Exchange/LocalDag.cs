using IpfsKit.Ipld;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Ipld.Traversal;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Exchange;

/// <summary>Whether a DAG is here as a whole. Leaves that are raw are looked up, not read.</summary>
internal static class LocalDag
{
    /// <summary>Follows all links; false as soon as a block is missing, or cannot be followed.</summary>
    public static async Task<bool> IsCompleteAsync(IBlockStore store, Cid root, CancellationToken cancellationToken)
    {
        var pending = new Stack<Cid>([root]);
        var seen = new HashSet<Cid>();
        var links = new List<Cid>();
        while (pending.TryPop(out var cid))
        {
            if (!seen.Add(cid.ToV1()))
                continue;
            if (cid.Codec == Multicodec.Raw)
            {
                if (!cid.Hash.IsIdentity && !await store.HasAsync(cid, cancellationToken))
                    return false;
                continue;
            }

            using var block = cid.Hash.IsIdentity ? Block.CreateIdentity(cid) : await store.GetAsync(cid, cancellationToken);
            if (block is null)
                return false;
            links.Clear();
            try
            {
                IpldCodecs.Default.ReadLinks(block, links);
            }
            catch (IpldException)
            {
                return false;
            }

            if (links.Count > TraversalLimits.Default.MaxPendingLinks - pending.Count || seen.Count > TraversalLimits.Default.MaxBlocks)
                return false;
            for (var i = links.Count - 1; i >= 0; i--)
                pending.Push(links[i]);
        }

        return true;
    }
}
