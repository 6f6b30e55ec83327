using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Content;

/// <summary>What silos tell a content grain about their copies. Key: as <see cref="IContentGrain"/>, the same grain. For silos only.</summary>
[Alias("ipfskit.IContentHolderGrain")]
internal interface IContentHolderGrain : IGrainWithStringKey
{
    /// <summary>A silo found this root in its catalog and asks what became of it; its copy is whole and durable.</summary>
    /// <param name="copy">What the catalog says.</param>
    /// <param name="committed">Whether the catalog saw the commit. If it did, and nothing is known here, grain state was lost, and the root is registered anew from its copy: truth that is gone must not take content with it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>What the catalog should say; <see cref="ContentStatus.None"/> asks the silo to drop its copy and to say so by <see cref="DroppedAsync"/>.</returns>
    [Alias("Reconcile")]
    ValueTask<ContentRegistration> ReconcileAsync(RegisterContent copy, bool committed, CancellationToken cancellationToken = default);

    /// <summary>A silo has dropped its copy, as it was asked to. Idempotent.</summary>
    [Alias("Dropped")]
    ValueTask DroppedAsync(PeerId node, CancellationToken cancellationToken = default);
}
