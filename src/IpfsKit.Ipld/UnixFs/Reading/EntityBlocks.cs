using System.Runtime.CompilerServices;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>The blocks that make up one entity: what <c>dag-scope=entity</c> of a trustless gateway sends.</summary>
/// <remarks>
/// A file: its nodes and leaves, or those that a range needs. A directory: its node and, where sharded, all its shards, so that it can be listed;
/// not its entries. Anything else, among it dag-pb that is no UnixFS: the one block.
/// Spec: <see href="https://specs.ipfs.tech/http-gateways/trustless-gateway/#dag-scope-request-query-parameter"/>.
/// </remarks>
public static class EntityBlocks
{
    /// <summary>The blocks of an entity, depth first, beginning with the root; the caller disposes each.</summary>
    /// <param name="source">Where blocks come from.</param>
    /// <param name="cid">The root of the entity.</param>
    /// <param name="range">What of a file is meant; says nothing for other entities.</param>
    /// <param name="options">Bounds and read-ahead.</param>
    /// <param name="cancellationToken">Stops the enumeration.</param>
    /// <remarks>A block that the entity links twice comes twice.</remarks>
    /// <exception cref="BlockNotFoundException">A block is not to be had.</exception>
    /// <exception cref="UnixFsException">A node below the root is not valid.</exception>
    /// <exception cref="TraversalLimitException">The entity exceeds the options.</exception>
    public static async IAsyncEnumerable<Block> EnumerateAsync(
        IBlockSource source,
        Cid cid,
        EntityBytes range,
        UnixFsReadOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        options = (options ?? UnixFsReadOptions.Default).Validate();
        var root = await source.GetRequiredAsync(cid, cancellationToken).ConfigureAwait(false);
        long? fileBytes = null;
        UnixFsDirectory? directory = null;
        try
        {
            switch (TryDecode(root))
            {
                case { IsFile: true, Links.Count: > 0 } file:
                    fileBytes = FileWalk.Measure(file);
                    break;
                case { Type: UnixFsType.HamtShard } shard:
                    directory = new UnixFsDirectory(source, options, shard);
                    break;
            }
        }
        catch
        {
            root.Dispose();
            throw;
        }

        if (fileBytes is { } length)
        {
            var (start, end) = range.Resolve(length);
            await foreach (var visit in FileWalk
                .VisitAsync(source, root, start, end, range.IsAll, fullWindow: true, options, cancellationToken).ConfigureAwait(false))
                yield return visit.Block;
            yield break;
        }

        yield return root;
        if (directory is null)
            yield break;
        await foreach (var shard in directory.ShardBlocksAsync(cancellationToken).ConfigureAwait(false))
            yield return shard;
    }

    private static UnixFsNode? TryDecode(Block block)
    {
        if (block.Cid.Codec is not (Multicodec.DagPb or Multicodec.Raw))
            return null;
        try
        {
            return UnixFsNode.Decode(block);
        }
        catch (UnixFsException)
        {
            // Valid dag-pb or not: it is a block, and a client that asked for it can judge it.
            return null;
        }
    }
}
