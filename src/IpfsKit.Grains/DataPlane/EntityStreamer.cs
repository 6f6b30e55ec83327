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
/// <param name="blocks">The blocks of one read.</param>
/// <param name="maxTreeDepth">The most directories that <see cref="EntityWalk.Export"/> nests.</param>
/// <param name="readAhead">How many blocks are asked for before their turn, once it is known what is read.</param>
internal sealed class EntityStreamer(IBlockSource blocks, int maxTreeDepth, Func<int>? readAhead = null)
{
    private IBlockSource Blocks => blocks;

    /// <summary>Follows a path.</summary>
    /// <exception cref="PathNotFoundException">A name does not exist.</exception>
    /// <exception cref="BlockNotFoundException">A block on the way is not here.</exception>
    public ValueTask<ResolvedPath> ResolveAsync(EntityQuery query, CancellationToken cancellationToken) =>
        new CarExporter(Blocks).ResolveAsync(query.Export, cancellationToken);

    /// <summary>The blocks; the caller disposes each. There are none of identity CIDs.</summary>
    public IAsyncEnumerable<Block> StreamAsync(ResolvedPath resolved, EntityQuery query, CancellationToken cancellationToken) =>
        query.Walk == EntityWalk.Dag || resolved.Remainder.Count > 0
            ? new CarExporter(Blocks).SelectAsync(readAhead is null ? query.Export : query.Export with { ReadAhead = readAhead() }, resolved, cancellationToken)
            : WalkAsync(resolved, query.Walk, cancellationToken);

    private async IAsyncEnumerable<Block> WalkAsync(ResolvedPath resolved, EntityWalk walk, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var cid in resolved.Visited)
        {
            if (!cid.Hash.IsIdentity)
                yield return await Blocks.GetRequiredAsync(cid, cancellationToken);
        }

        await using var ahead = new WalkAhead(Blocks, walk, readAhead ?? (static () => 0));
        var below = walk == EntityWalk.List
            ? TreeWalk.ListAsync(ahead, resolved.Cid, cancellationToken)
            : TreeWalk.ExportAsync(ahead, resolved.Cid, maxTreeDepth, cancellationToken);
        await foreach (var block in below)
        {
            if (block.Cid.Hash.IsIdentity)
                block.Dispose();
            else
                yield return block;
        }
    }
}
