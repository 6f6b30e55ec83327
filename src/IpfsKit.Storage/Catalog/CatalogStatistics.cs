namespace IpfsKit.Storage.Catalog;

/// <summary>Totals of a catalog, as of its last commit.</summary>
public sealed record CatalogStatistics
{
    /// <summary>Roots whose commit was recorded.</summary>
    public long CommittedRoots { get; init; }

    /// <summary>Roots whose commit was not recorded.</summary>
    public long PendingRoots { get; init; }

    /// <summary>Recursive pins.</summary>
    public long RecursivePins { get; init; }

    /// <summary>Direct pins.</summary>
    public long DirectPins { get; init; }

    /// <summary>The sum of <see cref="CatalogRoot.SizeBytes"/> of committed roots; what roots share counts for each.</summary>
    public long CommittedBytes { get; init; }
}
