namespace IpfsKit.Bitswap.Server;

/// <summary>What a lookup found of a want.</summary>
/// <param name="IsAllowed">Whether the peer may have the block.</param>
/// <param name="Size">The block's size; null if it is not here.</param>
/// <param name="Class">Before whom it is served.</param>
internal readonly record struct Finding(bool IsAllowed, int? Size, ServiceClass Class);
