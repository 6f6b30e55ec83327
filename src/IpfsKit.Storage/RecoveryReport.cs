namespace IpfsKit.Storage;

/// <summary>What opening a store found.</summary>
/// <param name="UsedCheckpoint">Whether the index came from a checkpoint; else it was rebuilt from the segments.</param>
/// <param name="ReplayedRecords">The records that were applied on top.</param>
/// <param name="DiscardedBytes">Bytes at the end of the log that no marker followed: writes that a crash interrupted, never acknowledged.</param>
/// <param name="DiscardedRecords">Records of the last group that a crash tore apart, never acknowledged unless the disk lost them afterwards.</param>
/// <param name="Damaged">Damage in what was acknowledged; of each named block, another copy is needed.</param>
/// <param name="Unreadable">
/// What the disk refused to read. Blocks that are named are in the store and are read when they are asked for. A file of which records may be missing stays as it is, without being compacted or
/// covered by a checkpoint, until an opening reads it whole.
/// </param>
/// <param name="Duration">How long it took.</param>
public sealed record RecoveryReport(
    bool UsedCheckpoint, long ReplayedRecords, long DiscardedBytes, int DiscardedRecords, IReadOnlyList<DamagedBlock> Damaged, IReadOnlyList<DamagedBlock> Unreadable, TimeSpan Duration);
