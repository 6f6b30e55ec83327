using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Catalog;

/// <summary>A root that this silo holds.</summary>
public sealed record CatalogRoot
{
    /// <summary>The root in the form in which it was first given; both versions of a CID are one row.</summary>
    public required Cid Root { get; init; }

    /// <summary>Whether its commit was recorded; otherwise it may be an upload that never finished.</summary>
    public bool Committed { get; init; }

    /// <summary>Which life of the root was last committed, 0 while none was. Larger for each later life.</summary>
    public long Epoch { get; init; }

    /// <summary>Which write of the root's grain state was last recorded, 0 while none was. Larger for each later one, also of a later life; what comes of an older one is ignored.</summary>
    public long Revision { get; init; }

    /// <summary>The size of the content in bytes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>The size of all distinct blocks in bytes.</summary>
    public long DagBytes { get; init; }

    /// <summary>The number of distinct blocks.</summary>
    public long Blocks { get; init; }

    /// <summary>Whether all that the root reaches is held, or its block alone.</summary>
    public bool WholeDag { get; init; } = true;

    /// <summary>Since when this silo holds it; for a root that is pending, since its last registration began. Kept to the millisecond.</summary>
    public DateTimeOffset HeldSince { get; init; }

    /// <summary>When it was committed, or null. Kept to the millisecond.</summary>
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>How hot it was when that was last recorded; a root that was never read has none.</summary>
    public CatalogHeat? Heat { get; init; }

    /// <summary>Its pin, or null.</summary>
    public CatalogPin? Pin { get; init; }
}
