namespace IpfsKit.Storage.Segments;

/// <summary>A group that a scan found.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="MarkerOffset">Where its marker is.</param>
/// <param name="End">Where the next one begins.</param>
/// <param name="Sequence">Its number.</param>
/// <param name="Entries">Its records.</param>
/// <param name="IsDamaged">Whether something in it is unreadable, so that its records have to be checked one by one.</param>
/// <param name="IsIncomplete">Whether its marker is unreadable, so that there may be records that <paramref name="Entries"/> lacks.</param>
internal sealed record ScannedGroup(
    long Start, long MarkerOffset, long End, long Sequence, IReadOnlyList<DirectoryEntry> Entries, bool IsDamaged, bool IsIncomplete);
