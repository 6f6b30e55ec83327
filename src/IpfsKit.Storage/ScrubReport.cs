namespace IpfsKit.Storage;

/// <summary>What a scrub found.</summary>
/// <param name="Blocks">The blocks that were read.</param>
/// <param name="Bytes">The bytes of their records.</param>
/// <param name="Damaged">Those that were damaged.</param>
/// <param name="Repaired">How many of those were put again from elsewhere.</param>
public sealed record ScrubReport(long Blocks, long Bytes, IReadOnlyList<DamagedBlock> Damaged, int Repaired);
