namespace IpfsKit.Storage.Segments;

/// <summary>A place between two groups of the log: everything before it is durable.</summary>
/// <param name="SegmentId">The segment.</param>
/// <param name="Offset">The end of a group in it.</param>
/// <param name="Sequence">The number of that group.</param>
internal readonly record struct LogPosition(long SegmentId, long Offset, long Sequence);
