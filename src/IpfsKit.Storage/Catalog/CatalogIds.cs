namespace IpfsKit.Storage.Catalog;

/// <summary>The next ids, for as long as the catalog is open: the writer opens its file anew after an error, and what was undone then must not free ids that a walk may have passed.</summary>
internal sealed class CatalogIds
{
    /// <summary>Of a root.</summary>
    public long NextRoot { get; set; }

    /// <summary>Of a pin.</summary>
    public long NextPin { get; set; }
}
