using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Segments.Writing;

/// <summary>What the index learns when a group is durable.</summary>
/// <param name="Kind">Put: insert <paramref name="Location"/>. Delete and Sweep: remove <paramref name="Previous"/>. Move: from one to the other.</param>
/// <param name="Fingerprint">The entry.</param>
/// <param name="Hash">The block.</param>
/// <param name="Location">The record that was written.</param>
/// <param name="Previous">The record that it supersedes.</param>
/// <param name="Doomed">Which entry was doomed on the way and is not any more if the group fails; slot 0 for none.</param>
/// <param name="DoomedStamp">Its stamp before.</param>
internal readonly record struct GroupOperation(
    WriteKind Kind, ulong Fingerprint, Multihash Hash, RecordLocation Location, RecordLocation Previous, RecordLocation Doomed = default, byte DoomedStamp = 0);
