namespace IpfsKit.Storage.Segments;

/// <summary>Where a record is: the slot of its segment, its offset there, and its length with header and padding. All but the slot are multiples of 8.</summary>
internal readonly record struct RecordLocation(int Slot, long Offset, int Length)
{
    /// <summary>One more than the highest slot that the index can name.</summary>
    public const int MaxSlots = 1 << 20;

    /// <summary>The end of the highest offset that the index can name: 4 GiB.</summary>
    public const long MaxOffset = 1L << 32;

    /// <summary>The longest record that the index can name, in bytes: 4 MiB less 8.</summary>
    public const int MaxLength = ((1 << 19) - 1) * 8;
}
