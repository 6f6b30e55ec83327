using IpfsKit.Bitswap;
using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Replication;
using IpfsKit.Ipld;
using IpfsKit.Storage.Catalog;

namespace IpfsKit.Grains.Content;

/// <summary>The way of new content into the cluster.</summary>
/// <remarks>
/// <para>Order is everything. A registration does, each step durable before the next:</para>
/// <list type="number">
/// <item>open a lease, put the blocks: they are on disk, and the collector leaves them alone;</item>
/// <item>add the root to this silo's catalog as pending: from now on the collector keeps what it reaches, lease or not;</item>
/// <item>register with the content grain: at a write concern of one, one write commits the root and makes it visible; at a higher one the grain has other silos told to hold it, and the last of them to do so, by the same steps, commits it;</item>
/// <item>mark the catalog's row as committed; close the lease. Nobody waits for this one: listings wait until the changes before them are done.</item>
/// </list>
/// <para>A crash after 1 leaves blocks of no root, which the collector takes. After 2 it leaves a pending row: <see cref="Catalog.CatalogReconciler"/> asks the content grain, which either
/// knows nothing, and the row goes, or has committed, and the row is marked. After 3 the same. So whatever is visible has a row that keeps its blocks, and every row is
/// settled without a hand. Were 2 after 3, a crash between them would leave a visible root whose blocks the collector takes.</para>
/// <para>Repeating a registration is harmless at every step. If the content grain does not answer, the outcome is unknown to the caller and settled by the reconciler.</para>
/// </remarks>
internal sealed class ContentRegistrar(
    IpfsNode node, HeldRoots held, CopiesAwaiter awaiter, ReplicationFactors factors, IBitswap bitswap, IGrainFactory grains, TimeProvider time)
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
        var holder = grains.GetContentHolder(root.Root);
        var copies = factors.Concern(root.WriteConcern, factors.Own);
        return await HoldAsync(
            root,
            (row, placement) => awaiter.RegisterAsync(
                root.Root,
                copies,
                holder,
                () => holder.RegisterAsync(
                    new RegisterContent
                    {
                        Root = root.Root,
                        SizeBytes = root.SizeBytes,
                        DagBytes = root.DagBytes,
                        Blocks = root.Blocks,
                        WholeDag = root.WholeDag,
                        Placement = placement,
                        WriteConcern = copies,
                        Pin = root.Pin,
                        Revision = row.Revision,
                        Wanted = factors.Own,
                    },
                    cancellationToken),
                cancellationToken),
            cancellationToken);
    }

    /// <inheritdoc cref="ContentIngest.AcknowledgeAsync"/>
    internal Task<ContentRegistration> AcknowledgeAsync(StoredRoot root, long epoch, CancellationToken cancellationToken) => HoldAsync(
        root,
        (row, placement) => grains.GetContentHolder(root.Root).AcknowledgeAsync(new HeldCopy { Placement = placement, Epoch = epoch, Revision = row.Revision }, cancellationToken).AsTask(),
        cancellationToken);

    private async Task<ContentRegistration> HoldAsync(StoredRoot root, Func<CatalogRoot, NodePlacement, Task<ContentRegistration>> say, CancellationToken cancellationToken)
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
            var registration = await say(row, new NodePlacement { Node = node.PeerId, Since = now });
            committed = registration.Status == ContentStatus.Committed;
            // The root is visible and all of it durable: what follows is ours to finish, and the caller need not wait for it.
            if (committed)
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
