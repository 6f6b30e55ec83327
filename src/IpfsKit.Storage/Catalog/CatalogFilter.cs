namespace IpfsKit.Storage.Catalog;

/// <summary>Which roots to list.</summary>
public enum CatalogFilter
{
    /// <summary>All.</summary>
    All,

    /// <summary>Whose commit was recorded.</summary>
    Committed,

    /// <summary>Whose commit was not recorded.</summary>
    Pending,

    /// <summary>Committed and pinned.</summary>
    Pinned,
}
