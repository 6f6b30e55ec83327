using IpfsKit.Grains.Nodes;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Traversal;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Content;

/// <summary>Makes a root of blocks that are here already.</summary>
internal sealed class DagAdopter(IpfsNode node, ContentRegistrar registrar)
{
    private const int BatchBlocks = 64;

    /// <summary>Checks that the DAG is complete, or that its root block is here, and registers it.</summary>
    /// <exception cref="ContentUnavailableException">A block is missing.</exception>
    public async Task AdoptAsync(Cid cid, bool wholeDag, CancellationToken cancellationToken)
    {
        // Putting each block again, which writes nothing, renews it under the lease: otherwise a collection that is under way could take a block just after it was found.
        await using var ingest = registrar.Begin();
        var (blocks, bytes) = (0L, 0L);
        var batch = new List<Block>(BatchBlocks);
        try
        {
            await foreach (var block in FindAsync(cid, wholeDag, cancellationToken))
            {
                batch.Add(block);
                blocks++;
                bytes += block.Size;
                if (batch.Count == BatchBlocks)
                    await RenewAsync(ingest, batch, cancellationToken);
            }

            await RenewAsync(ingest, batch, cancellationToken);
        }
        catch (BlockNotFoundException e)
        {
            throw new ContentUnavailableException(cid, $"silo {node.PeerId} does not hold block {e.Cid}.");
        }
        finally
        {
            batch.ForEach(block => block.Dispose());
        }

        await ingest.RegisterAsync(new StoredRoot { Root = cid, SizeBytes = bytes, DagBytes = bytes, Blocks = blocks, WholeDag = wholeDag }, cancellationToken);
    }

    private async IAsyncEnumerable<Block> FindAsync(
        Cid cid, bool wholeDag, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!wholeDag)
        {
            yield return await node.Blocks.GetRequiredAsync(cid, cancellationToken);
            yield break;
        }

        await foreach (var block in new DagWalker(node.Blocks).WalkAsync(cid, cancellationToken))
            yield return block;
    }

    private static async Task RenewAsync(ContentIngest ingest, List<Block> batch, CancellationToken cancellationToken)
    {
        if (batch.Count > 0)
            await ingest.PutManyAsync(batch, cancellationToken);
        batch.ForEach(block => block.Dispose());
        batch.Clear();
    }
}
