namespace IpfsKit.Storage.Segments;

/// <summary>What records a segment holds, read from its footer, or from its groups where it has none.</summary>
internal static class SegmentDirectory
{
    /// <summary>The committed records in order, whole or damaged.</summary>
    /// <exception cref="IOException">While it is enumerated: the disk refuses to read what says so.</exception>
    public static IEnumerable<DirectoryEntry> Read(Segment segment, StoreKeys keys) =>
        (segment.IsSealed ? SegmentFooter.TryRead(segment, keys) : null) ?? Scan(segment, keys);

    /// <summary>The groups of a segment without a footer.</summary>
    public static IEnumerable<ScannedGroup> ReadGroups(Segment segment, StoreKeys keys) =>
        new SegmentScanner(segment, keys, SegmentFormat.HeaderBytes, segment.CommittedLength, isCommitted: true, readAround: false).Groups();

    private static IEnumerable<DirectoryEntry> Scan(Segment segment, StoreKeys keys) => ReadGroups(segment, keys).SelectMany(group => group.Entries);
}
