namespace IpfsKit.Grains.Catalog;

/// <summary>Which roots to list.</summary>
internal enum CatalogFilter
{
    /// <summary>Whose commit was seen.</summary>
    Committed,

    /// <summary>Whose commit was not seen.</summary>
    Pending,

    /// <summary>Committed and pinned.</summary>
    Pinned,
}
