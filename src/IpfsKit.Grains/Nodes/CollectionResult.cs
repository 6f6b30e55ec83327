namespace IpfsKit.Grains.Nodes;

/// <summary>What a collection freed.</summary>
/// <param name="Blocks">The blocks.</param>
/// <param name="Bytes">Their payload bytes; the disk follows when compaction does.</param>
internal readonly record struct CollectionResult(long Blocks, long Bytes);
