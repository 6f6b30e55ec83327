using IpfsKit.Bitswap;
using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.Nodes;
using IpfsKit.Ipld;
using IpfsKit.Storage.Catalog;

namespace IpfsKit.Grains.Content;

/// <summary>The way of new content into the cluster.</summary>
/// <remarks>
/// <para>Order is everything. A registration does, each step durable before the next:</para>
/// <list type="number">
/// <item>open a lease, put the blocks: they are on disk, and the collector leaves them alone;</item>
/// <item>add the root to this silo's catalog as pending: from now on the collector keeps what it reaches, lease or not;</item>
/// <item>register with the content grain: one write commits the root and makes it visible;</item>
/// <item>mark the catalog's row as committed; close the lease. Nobody waits for this one: listings wait until the changes before them are done.</item>
/// </list>
/// <para>A crash after 1 leaves blocks of no root, which the collector takes. After 2 it leaves a pending row: <see cref="Catalog.CatalogReconciler"/> asks the content grain, which either
/// knows nothing, and the row goes, or has committed, and the row is marked. After 3 the same. So whatever is visible has a row that keeps its blocks, and every row is
/// settled without a hand. Were 2 after 3, a crash between them would leave a visible root whose blocks the collector takes.</para>
/// <para>Repeating a registration is harmless at every step. If the content grain does not answer, the outcome is unknown to the caller and settled by the reconciler.</para>
/// </remarks>
internal sealed class ContentRegistrar(IpfsNode node, HeldRoots held, IBitswap bitswap, IGrainFactory grains, TimeProvider time)
{
    /// <summary>Begins an upload into this silo's store.</summary>
    public ContentIngest Begin() => new(this, node.Storage);

    /// <summary>Tells peers who wait for these blocks that they are here now.</summary>
    internal void Announce(IReadOnlyList<Block> blocks)
    {
        if (bitswap.Peers.Count > 0)
            bitswap.NotifyNewBlocks([.. blocks.Select(block => block.Cid)]);
    }

    internal async Task<ContentRegistration> RegisterAsync(StoredRoot root, CancellationToken cancellationToken)
    {
        // Whole milliseconds, as catalogs keep them.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var row = await held.BeginRegistrationAsync(
            new CatalogRoot
            {
                Root = root.Root,
                SizeBytes = root.SizeBytes,
                DagBytes = root.DagBytes,
                Blocks = root.Blocks,
                WholeDag = root.WholeDag,
                HeldSince = now,
            },
            cancellationToken);
        var committed = false;
        try
        {
            var registration = await grains.GetContentHolder(root.Root).RegisterAsync(
                new RegisterContent
                {
                    Root = root.Root,
                    SizeBytes = root.SizeBytes,
                    DagBytes = root.DagBytes,
                    Blocks = root.Blocks,
                    WholeDag = root.WholeDag,
                    Placement = new NodePlacement { Node = node.PeerId, Since = now },
                    Pin = root.Pin,
                    Revision = row.Revision,
                },
                cancellationToken);
            if (registration.Status != ContentStatus.Committed)
                throw new WriteConcernNotMetException(root.Root, registration.Acknowledged, registration.Required);
            // The root is visible and all of it durable: what follows is ours to finish, and the caller need not wait for it.
            committed = true;
            held.EndCommitted(root.Root, registration);
            return registration;
        }
        finally
        {
            if (!committed)
                held.EndRegistration(root.Root);
        }
    }
}
