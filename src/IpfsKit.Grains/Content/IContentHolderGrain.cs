using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Content;

/// <summary>What silos tell a content grain about their copies. Key: as <see cref="IContentGrain"/>, the same grain. For silos only.</summary>
[Alias("ipfskit.IContentHolderGrain")]
internal interface IContentHolderGrain : IGrainWithStringKey
{
    /// <summary>Announces a root and its first durable copy. Idempotent; at a write concern of 1 the root is committed when this returns.</summary>
    [Alias("Register")]
    ValueTask<ContentRegistration> RegisterAsync(RegisterContent request, CancellationToken cancellationToken = default);

    /// <summary>Says that a silo now holds the whole root durably; commits the root when that was the last acknowledgement needed. Idempotent.</summary>
    /// <exception cref="ContentNotFoundException">The root is not registered.</exception>
    [Alias("Acknowledge")]
    ValueTask<ContentRegistration> AcknowledgeAsync(NodePlacement placement, CancellationToken cancellationToken = default);

    /// <summary>Counts reads that silos have gathered; sent at most once per silo and second. Written behind within seconds.</summary>
    [Alias("Touch")]
    ValueTask TouchAsync(TouchBatch touches, CancellationToken cancellationToken = default);

    /// <summary>A silo found this root in its catalog and asks what became of it. Changes nothing.</summary>
    /// <param name="node">The silo.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>
    /// A root that is being removed asks the silo to drop its copy and to say so by <see cref="DroppedAsync"/>. A root that is unknown, or of which the silo is no known holder, is settled by
    /// <see cref="RestoreAsync"/>, or dropped.
    /// </returns>
    [Alias("Reconcile")]
    ValueTask<CopyStanding> ReconcileAsync(PeerId node, CancellationToken cancellationToken = default);

    /// <summary>A silo holds this root, durably, and does not drop it while this call lasts. It is added to the holders.</summary>
    /// <param name="copy">What its catalog says.</param>
    /// <param name="committed">
    /// Whether the catalog saw the commit, and still said so after <see cref="ReconcileAsync"/> had answered that nothing is known. Since a removal drops the copies before it forgets the root,
    /// grain state was lost then, and the root is registered anew from its copy: truth that is gone must not take content with it.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>What the catalog should say.</returns>
    [Alias("Restore")]
    ValueTask<ContentRegistration> RestoreAsync(RegisterContent copy, bool committed, CancellationToken cancellationToken = default);

    /// <summary>A silo has dropped its copy, as it was asked to. Idempotent.</summary>
    [Alias("Dropped")]
    ValueTask DroppedAsync(PeerId node, CancellationToken cancellationToken = default);
}
