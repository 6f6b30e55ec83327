namespace IpfsKit.Storage;

/// <summary>What a compaction did.</summary>
/// <param name="Segments">Segments that were given up.</param>
/// <param name="FreedBytes">The bytes of their files.</param>
/// <param name="CopiedBytes">The bytes of records that were copied out of them.</param>
public sealed record CompactionResult(int Segments, long FreedBytes, long CopiedBytes);
