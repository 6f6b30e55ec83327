using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Catalog;

/// <summary>The roots that a silo holds. Keys are CIDv1; either version may be given.</summary>
/// <remarks>
/// Every change is durable when it completes. Changes take effect in the order in which they were called, from whatever thread: the part of a call before its first await
/// fixes its place. <see cref="HeldRoots"/> builds on that. All members may be called concurrently.
/// </remarks>
internal interface IRootCatalog
{
    /// <summary>Committed roots.</summary>
    long Roots { get; }

    /// <summary>Pins of committed roots.</summary>
    long Pins { get; }

    /// <summary>Adds a root whose commit is still to come; one that is here already stays as it is, except that it becomes whole if the new one is.</summary>
    Task AddPendingAsync(CatalogRoot root, CancellationToken cancellationToken);

    /// <summary>Records a commit, its epoch and its pin. The root is there: <see cref="AddPendingAsync"/> was called before.</summary>
    Task CommitAsync(Cid root, ContentRegistration registration, CancellationToken cancellationToken);

    /// <summary>Removes a root unless a newer life of it than <paramref name="epoch"/> is recorded.</summary>
    Task RemoveAsync(Cid root, long epoch, CancellationToken cancellationToken);

    /// <summary>Makes a root pending again, without a pin, unless a newer life of it than <paramref name="epoch"/> is recorded.</summary>
    Task HideAsync(Cid root, long epoch, CancellationToken cancellationToken);

    /// <summary>Records the pin of a committed root, or that it has none, if <paramref name="epoch"/> is the life that is recorded.</summary>
    Task SetPinAsync(Cid root, long epoch, PinInfo? pin, CancellationToken cancellationToken);

    /// <summary>A root, or null.</summary>
    ValueTask<CatalogRoot?> FindAsync(Cid root, CancellationToken cancellationToken);

    /// <summary>At most <paramref name="limit"/> roots in the order of their keys (<see cref="ContentKey"/>), those after <paramref name="after"/>.</summary>
    ValueTask<IReadOnlyList<CatalogRoot>> ListAsync(CatalogFilter filter, Cid? after, int limit, CancellationToken cancellationToken);
}
