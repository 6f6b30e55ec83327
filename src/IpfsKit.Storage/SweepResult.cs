namespace IpfsKit.Storage;

/// <summary>What a sweep did.</summary>
/// <param name="Blocks">The blocks it deleted.</param>
/// <param name="Bytes">The bytes of their records, which compaction gives back to the disk.</param>
public readonly record struct SweepResult(long Blocks, long Bytes);
