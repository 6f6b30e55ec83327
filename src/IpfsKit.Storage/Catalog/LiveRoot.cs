using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Catalog;

/// <summary>Something that must not be collected.</summary>
/// <param name="Cid">The root.</param>
/// <param name="WholeDag">Whether all that it reaches must stay, or its block alone.</param>
public readonly record struct LiveRoot(Cid Cid, bool WholeDag);
