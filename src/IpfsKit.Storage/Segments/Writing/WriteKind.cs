namespace IpfsKit.Storage.Segments.Writing;

/// <summary>What a caller wants written.</summary>
internal enum WriteKind : byte
{
    /// <summary>A block, unless it is there.</summary>
    Put,

    /// <summary>The deletion of a block, if it is there.</summary>
    Delete,

    /// <summary>The deletion of a block that the index points to at one place, if it was not stamped since.</summary>
    Sweep,

    /// <summary>A copy of a record that the index points to at one place, in the course of compaction.</summary>
    Move,

    /// <summary>A copy of a tombstone, unless the block is there.</summary>
    MoveTombstone,
}
