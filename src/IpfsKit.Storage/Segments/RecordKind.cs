namespace IpfsKit.Storage.Segments;

/// <summary>What a record of a segment is. The numbers are on disk.</summary>
internal enum RecordKind : byte
{
    /// <summary>A block: the payload is its bytes.</summary>
    Put = 1,

    /// <summary>The deletion of a block: no payload.</summary>
    Tombstone = 2,

    /// <summary>The end of a group: the payload is its directory. What no marker follows was never acknowledged.</summary>
    Marker = 3,

    /// <summary>The directory of a whole segment that is no longer written to.</summary>
    Footer = 4,
}
