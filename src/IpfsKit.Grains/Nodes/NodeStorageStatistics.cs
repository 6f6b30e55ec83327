namespace IpfsKit.Grains.Nodes;

/// <summary>Sizes of a node's storage.</summary>
/// <param name="Blocks">Blocks in the store.</param>
/// <param name="BlockBytes">Their payload bytes.</param>
/// <param name="DiskBytes">Bytes of disk that the store takes.</param>
/// <param name="FreeBytes">Bytes that it may still take.</param>
internal readonly record struct NodeStorageStatistics(long Blocks, long BlockBytes, long DiskBytes, long FreeBytes);
