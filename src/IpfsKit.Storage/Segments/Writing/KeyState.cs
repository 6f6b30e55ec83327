namespace IpfsKit.Storage.Segments.Writing;

/// <summary>What a group that is not durable yet has done to a block.</summary>
/// <param name="IsPresent">Whether the block is there afterwards.</param>
/// <param name="Location">Its record, if it is.</param>
internal readonly record struct KeyState(bool IsPresent, RecordLocation Location);
