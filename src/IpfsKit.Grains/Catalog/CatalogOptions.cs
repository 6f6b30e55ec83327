namespace IpfsKit.Grains.Catalog;

/// <summary>How a silo keeps its catalog of roots true.</summary>
public sealed class CatalogOptions
{
    /// <summary>How often all roots are compared with their content grains; it also happens once after the start.</summary>
    /// <value>1 minute to 30 days; default 6 hours.</value>
    public TimeSpan ReconcileInterval { get; set; } = TimeSpan.FromHours(6);

    /// <summary>How many roots are compared per second.</summary>
    /// <value>1 to 100,000; default 200.</value>
    public int ReconcilePerSecond { get; set; } = 200;

    /// <summary>How many blocks per second are looked at when a catalog that was lost is filled again.</summary>
    /// <value>1 to 100,000; default 1,000.</value>
    public int RebuildPerSecond { get; set; } = 1000;

    /// <summary>The most listings of indirect pins at once; further ones are refused. Each walks all that is pinned, and remembers up to a million CIDs: about 100 MiB.</summary>
    /// <value>1 to 64; default 2.</value>
    public int MaxIndirectPinListings { get; set; } = 2;
}
