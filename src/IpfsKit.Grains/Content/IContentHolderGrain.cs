using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Transport;
using IpfsKit.Multiformats;
using Orleans.Concurrency;

namespace IpfsKit.Grains.Content;

/// <summary>What silos tell a content grain about their copies. Key: as <see cref="IContentGrain"/>, the same grain. For silos only.</summary>
[Alias("ipfskit.IContentHolderGrain")]
internal interface IContentHolderGrain : IGrainWithStringKey
{
    /// <summary>Announces a root and its first durable copy. Idempotent; at a write concern of 1 the root is committed when this returns.</summary>
    [Alias("Register")]
    ValueTask<ContentRegistration> RegisterAsync(RegisterContent request, CancellationToken cancellationToken = default);

    /// <summary>Says that a silo now holds the root durably; commits the root when that was the last acknowledgement needed. Idempotent.</summary>
    /// <exception cref="ContentNotFoundException">The root is not registered, or this is another life of it: the copy is of no use.</exception>
    [Alias("Acknowledge")]
    ValueTask<ContentRegistration> AcknowledgeAsync(HeldCopy copy, CancellationToken cancellationToken = default);

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

    /// <summary>Where the root can be had; null while it is not committed. Changes nothing.</summary>
    [Alias("GetSources"), ReadOnly]
    ValueTask<ContentSources?> GetSourcesAsync(CancellationToken cancellationToken = default);

    /// <summary>Peers outside of the cluster have delivered the root. Nothing is remembered of a root that is not committed.</summary>
    [Alias("AddProviders")]
    ValueTask AddProvidersAsync(IReadOnlyList<ProviderHint> providers, CancellationToken cancellationToken = default);

    /// <summary>Has silos told to hold the root until enough that are up do; returns when that is recorded and they have been told, not when it is done. Asked again, it says how far that has come, and goes on.</summary>
    /// <param name="asking">A silo that holds it, and is up: it asks.</param>
    /// <param name="copies">How many should.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ContentNotFoundException">The root is not registered.</exception>
    [Alias("Replicate")]
    ValueTask<ContentRegistration> ReplicateAsync(PeerId asking, int copies, CancellationToken cancellationToken = default);

    /// <summary>A silo that holds the root asks what becomes of its copy. Copies that are missing are begun; one that is not needed may be released, which is recorded before this returns.</summary>
    [Alias("Sweep")]
    ValueTask<SweepAdvice> SweepAsync(PeerId node, CancellationToken cancellationToken = default);

    /// <summary>A silo that is up does not hold the root, though it is listed.</summary>
    [Alias("Lost")]
    ValueTask LostAsync(PeerId node, CancellationToken cancellationToken = default);

    /// <summary>A silo has done what it was told to, or has failed. Idempotent; of an operation that is not known nothing is recorded.</summary>
    [Alias("Report")]
    ValueTask ReportAsync(Guid operationId, TransportOutcome outcome, CancellationToken cancellationToken = default);

    /// <summary>A silo has dropped its copy, as it was asked to. Idempotent.</summary>
    [Alias("Dropped")]
    ValueTask DroppedAsync(PeerId node, CancellationToken cancellationToken = default);
}
