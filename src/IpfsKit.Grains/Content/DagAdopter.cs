using IpfsKit.Grains.Nodes;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Traversal;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Content;

/// <summary>Makes a root of blocks that are here already.</summary>
internal sealed class DagAdopter(IpfsNode node, ContentRegistrar registrar)
{
    /// <summary>Checks that the DAG is complete, or that its root block is here, and registers it.</summary>
    /// <exception cref="ContentUnavailableException">A block is missing, or cannot be followed.</exception>
    public async Task AdoptAsync(Cid cid, bool wholeDag, CancellationToken cancellationToken)
    {
        // What is read through the ingest stays until its end: otherwise a collection that is under way could take a block just after it was found.
        await using var ingest = registrar.Begin();
        try
        {
            var root = wholeDag ? await MeasureDagAsync(ingest, cid, cancellationToken) : await MeasureBlockAsync(ingest, cid, cancellationToken);
            await ingest.RegisterAsync(root, cancellationToken);
        }
        catch (BlockNotFoundException e)
        {
            throw new ContentUnavailableException(cid, $"silo {node.PeerId} does not hold block {e.Cid}.");
        }
        catch (IpldException e)
        {
            throw new ContentUnavailableException(cid, e.Message);
        }
    }

    private static async Task<StoredRoot> MeasureBlockAsync(ContentIngest ingest, Cid cid, CancellationToken cancellationToken)
    {
        using var block = await ingest.GetRequiredAsync(cid, cancellationToken);
        return new StoredRoot { Root = cid, SizeBytes = block.Size, DagBytes = block.Size, Blocks = 1, WholeDag = false };
    }

    private static async Task<StoredRoot> MeasureDagAsync(ContentIngest ingest, Cid cid, CancellationToken cancellationToken)
    {
        var (blocks, bytes) = (0L, 0L);
        await foreach (var block in new DagWalker(ingest).WalkAsync(cid, cancellationToken))
        {
            blocks++;
            bytes += block.Size;
            block.Dispose();
        }

        return new StoredRoot { Root = cid, SizeBytes = bytes, DagBytes = bytes, Blocks = blocks };
    }
}
