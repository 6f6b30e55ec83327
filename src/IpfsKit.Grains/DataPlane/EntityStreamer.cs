using System.Runtime.CompilerServices;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Grains.DataPlane;

/// <summary>The blocks that answer a read, in the order in which a client that follows the DAG asks for them.</summary>
/// <remarks>
/// First the blocks of the path, then what the path leads to, depth first. The order is a promise: a client holds each block against the one that its own
/// walk needs next, and drops a silo that sends another.
/// </remarks>
/// <param name="blocks">The blocks; asked for each time, because a node has none before it is open.</param>
/// <param name="maxTreeDepth">The most directories that <see cref="EntityWalk.Export"/> nests.</param>
internal sealed class EntityStreamer(Func<IBlockSource> blocks, int maxTreeDepth)
{
    private IBlockSource Blocks => blocks();

    /// <summary>Follows a path with what is here.</summary>
    /// <exception cref="PathNotFoundException">A name does not exist.</exception>
    /// <exception cref="BlockNotFoundException">A block on the way is not here.</exception>
    public ValueTask<ResolvedPath> ResolveAsync(EntityQuery query, CancellationToken cancellationToken) =>
        new CarExporter(Blocks).ResolveAsync(query.Export, cancellationToken);

    /// <summary>The blocks; the caller disposes each. There are none of identity CIDs.</summary>
    public IAsyncEnumerable<Block> StreamAsync(ResolvedPath resolved, EntityQuery query, CancellationToken cancellationToken) =>
        query.Walk == EntityWalk.Dag || resolved.Remainder.Count > 0
            ? new CarExporter(Blocks).SelectAsync(query.Export, resolved, cancellationToken)
            : WalkAsync(resolved, query.Walk, cancellationToken);

    private async IAsyncEnumerable<Block> WalkAsync(ResolvedPath resolved, EntityWalk walk, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var cid in resolved.Visited)
        {
            if (!cid.Hash.IsIdentity)
                yield return await Blocks.GetRequiredAsync(cid, cancellationToken);
        }

        var below = walk == EntityWalk.List
            ? TreeWalk.ListAsync(Blocks, resolved.Cid, cancellationToken)
            : TreeWalk.ExportAsync(Blocks, resolved.Cid, maxTreeDepth, cancellationToken);
        await foreach (var block in below)
        {
            if (block.Cid.Hash.IsIdentity)
                block.Dispose();
            else
                yield return block;
        }
    }
}
