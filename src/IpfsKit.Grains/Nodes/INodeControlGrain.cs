using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Nodes;

/// <summary>What content grains tell a silo that holds their root. Key: as <see cref="INodeGrain"/>, the same grain. For silos only.</summary>
/// <remarks>Every call carries the revision of the root's state that it follows from (<see cref="ContentRegistration.Revision"/>); one that arrives after a newer one changes nothing.</remarks>
[Alias("ipfskit.INodeControlGrain")]
internal interface INodeControlGrain : IGrainWithStringKey
{
    /// <summary>Forgets a root; durable when it returns. Its blocks go when the collector finds no other root that reaches them. Idempotent.</summary>
    [Alias("DropRoot")]
    ValueTask DropRootAsync(Cid root, long revision, CancellationToken cancellationToken = default);

    /// <summary>Which of these roots the silo does not hold.</summary>
    [Alias("FindMissing")]
    ValueTask<IReadOnlyList<Cid>> FindMissingAsync(IReadOnlyList<Cid> roots, CancellationToken cancellationToken = default);

    /// <summary>Records the pin of a root, or that it has none; durable when it returns. Idempotent.</summary>
    [Alias("SetPin")]
    ValueTask SetPinAsync(Cid root, ContentRegistration registration, CancellationToken cancellationToken = default);
}
