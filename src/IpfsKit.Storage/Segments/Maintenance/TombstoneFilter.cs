namespace IpfsKit.Storage.Segments.Maintenance;

/// <summary>Says which tombstones of a segment are still needed: those of keys that an older segment has a record of.</summary>
internal static class TombstoneFilter
{
    /// <summary>How many tombstones are looked at at once; more take another pass over the directories of the older segments.</summary>
    public const int BatchSize = 128 << 10;

    /// <summary>The tombstones of a segment whose key is not in the store, but in an older segment.</summary>
    public static IEnumerable<DirectoryEntry> Needed(StoreState state, Segment segment)
    {
        var older = state.Segments.All().Where(other => other.Id < segment.Id).ToArray();
        if (older.Length == 0)
            yield break;
        var candidates = SegmentDirectory.Read(segment, state.Keys)
            .Where(entry => entry.Kind == RecordKind.Tombstone && !state.Index.Contains(state.Keys.Fingerprint(entry.Hash)));
        foreach (var batch in candidates.Chunk(BatchSize))
        {
            var fingerprints = batch.Select(entry => state.Keys.Fingerprint(entry.Hash)).ToHashSet();
            var needed = new HashSet<ulong>();
            foreach (var other in older)
            {
                if (!other.TryAcquire())
                    continue;
                try
                {
                    if (other.IsHeld)
                        needed.UnionWith(fingerprints);
                    foreach (var entry in SegmentDirectory.Read(other, state.Keys))
                    {
                        if (entry.Kind == RecordKind.Put && state.Keys.Fingerprint(entry.Hash) is var fingerprint && fingerprints.Contains(fingerprint))
                            needed.Add(fingerprint);
                    }
                }
                catch (IOException exception)
                {
                    // Nobody knows which keys it holds, so it may hold any.
                    _ = state.ReadFailed(other.Path, other.CommittedLength, exception);
                    needed.UnionWith(fingerprints);
                }
                finally
                {
                    other.Release();
                }
            }

            // A key may have been deleted more than once; its last tombstone is enough.
            foreach (var entry in batch.GroupBy(entry => entry.Hash).Select(group => group.Last()))
            {
                if (needed.Contains(state.Keys.Fingerprint(entry.Hash)))
                    yield return entry;
            }
        }
    }
}
