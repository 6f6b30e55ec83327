namespace IpfsKit.Storage.Segments;

/// <summary>What records a segment holds, read from its footer, or from its groups where it has none.</summary>
internal static class SegmentDirectory
{
    /// <summary>The committed records in order, whole or damaged.</summary>
    public static IEnumerable<DirectoryEntry> Read(Segment segment, StoreKeys keys) =>
        (segment.IsSealed ? SegmentFooter.TryRead(segment, keys) : null) ?? Scan(segment, keys, checkDoubtful: false);

    /// <summary>The committed records of a segment without a footer; where something is damaged, only those that are whole.</summary>
    public static IEnumerable<DirectoryEntry> ReadForSeal(Segment segment, StoreKeys keys) => Scan(segment, keys, checkDoubtful: true);

    private static IEnumerable<DirectoryEntry> Scan(Segment segment, StoreKeys keys, bool checkDoubtful)
    {
        var scanner = new SegmentScanner(segment, keys, SegmentFormat.HeaderBytes, segment.CommittedLength);
        foreach (var group in scanner.Groups())
        {
            foreach (var entry in group.Entries)
            {
                if (!checkDoubtful || !group.IsDamaged || RecordReader.Verify(segment, keys, entry))
                    yield return entry;
            }
        }
    }
}
