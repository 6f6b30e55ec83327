namespace IpfsKit.Storage;

/// <summary>What a scrub found.</summary>
/// <param name="Blocks">The blocks that were looked at.</param>
/// <param name="Bytes">The bytes of their records.</param>
/// <param name="Damaged">Those that were damaged.</param>
/// <param name="Unreadable">What the disk refused to read, blocks or whole files; it is kept, unless it was repaired.</param>
/// <param name="Repaired">How many blocks of both were put again from elsewhere.</param>
public sealed record ScrubReport(long Blocks, long Bytes, IReadOnlyList<DamagedBlock> Damaged, IReadOnlyList<DamagedBlock> Unreadable, int Repaired);
