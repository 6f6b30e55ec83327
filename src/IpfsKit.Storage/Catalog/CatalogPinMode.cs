namespace IpfsKit.Storage.Catalog;

/// <summary>What a pin keeps. The numbers are stored. Indirect pins, blocks below a recursive one, are computed and never stored.</summary>
public enum CatalogPinMode
{
    /// <summary>The block and everything that it reaches.</summary>
    Recursive = 0,

    /// <summary>The block alone.</summary>
    Direct = 1,
}
