using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Catalog;

/// <summary>The heat to record for a root.</summary>
/// <param name="Root">The root, in either version.</param>
/// <param name="Heat">Its heat.</param>
public readonly record struct CatalogRootHeat(Cid Root, CatalogHeat Heat);
