namespace IpfsKit.Storage.Catalog;

/// <summary>Decayed accesses at one moment; later values follow from it by decay, so a root needs no writing to cool.</summary>
/// <param name="Hour">Accesses decayed with a half-life of one hour.</param>
/// <param name="Week">Accesses decayed with a half-life of seven days.</param>
/// <param name="At">The moment. Kept to the millisecond.</param>
public sealed record CatalogHeat(double Hour, double Week, DateTimeOffset At);
