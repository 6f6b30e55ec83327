using Orleans.Concurrency;

namespace IpfsKit.Grains;

/// <summary>One root: who holds it, who pinned it, how hot it is.</summary>
/// <remarks>
/// <para>Key: the root as CIDv1 in base32 (<see cref="ContentKey"/>), so that both versions of a CID are one grain. A call under any other
/// text is refused with <see cref="ArgumentException"/>.</para>
/// <para>State changes are durable before a call returns. Roots come by the silos that store them, through their data planes: a root is <em>pending</em> from then until enough silos have
/// acknowledged that they hold it durably, and only then <em>committed</em>, that is: visible here.</para>
/// </remarks>
[Alias("ipfskit.IContentGrain")]
public interface IContentGrain : IGrainWithStringKey
{
    /// <summary>Everything known of the root, or null while it is not committed.</summary>
    [Alias("Stat"), ReadOnly]
    ValueTask<ContentInfo?> StatAsync(CancellationToken cancellationToken = default);

    /// <summary>Where the root can be read now, best first, each with a short-lived read ticket; null while it is not committed.</summary>
    [Alias("Locate"), ReadOnly]
    ValueTask<ContentLocation?> LocateAsync(CancellationToken cancellationToken = default);

    /// <summary>Pins the root; replaces an earlier pin of either mode. Repeating it is harmless.</summary>
    /// <returns>
    /// How many silos hold the root and have recorded the pin, and how many should: if that is fewer, others are being told to hold it; ask again until it is enough.
    /// </returns>
    /// <exception cref="ArgumentException">The mode is <see cref="PinMode.Indirect"/>, or the name is too long.</exception>
    /// <exception cref="ContentNotFoundException">The root is not committed.</exception>
    /// <exception cref="ContentUnavailableException">The mode is recursive and only the root's block is held: adopt the whole DAG first (<see cref="INodeGrain.AdoptAsync"/>).</exception>
    [Alias("Pin")]
    ValueTask<ContentRegistration> PinAsync(PinRequest request, CancellationToken cancellationToken = default);

    /// <summary>Removes the pin; false if there was none.</summary>
    [Alias("Unpin")]
    ValueTask<bool> UnpinAsync(CancellationToken cancellationToken = default);

    /// <summary>Where its copies are and how many it should have; null while it is not committed.</summary>
    [Alias("GetReplication"), ReadOnly]
    ValueTask<ReplicationStatus?> GetReplicationAsync(CancellationToken cancellationToken = default);

    /// <summary>Sets how many copies the root is to have from now on, and has silos told to make those that it lacks. Returns when that is recorded, not when it is done.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is outside of 1 to <see cref="EnsureReplicationRequest.MaxCopies"/>.</exception>
    /// <exception cref="ContentNotFoundException">The root is not committed.</exception>
    [Alias("EnsureReplication")]
    ValueTask<ReplicationStatus> EnsureReplicationAsync(EnsureReplicationRequest request, CancellationToken cancellationToken = default);

    /// <summary>Forgets the root everywhere; its blocks go when no other root needs them. False if it was not committed.</summary>
    /// <remarks>The root is invisible from the moment this has been recorded. A silo that is down drops its copy when it is back.</remarks>
    /// <exception cref="ContentPinnedException">The root is pinned: unpin it first.</exception>
    [Alias("Remove")]
    ValueTask<bool> RemoveAsync(CancellationToken cancellationToken = default);
}
