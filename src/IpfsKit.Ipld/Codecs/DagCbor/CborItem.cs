namespace IpfsKit.Ipld.Codecs.DagCbor;

/// <summary>What <see cref="CborReader"/> read.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Start">Where the item begins in the block.</param>
internal readonly record struct CborItem(IpldKind Kind, int Start)
{
    /// <summary>
    /// Integers: n. Bytes, text and links: the length. Lists and maps: the number of items or entries. Booleans: 1 for true. Floats: the double's bits.
    /// </summary>
    public ulong Argument { get; init; }

    /// <summary>Whether an integer is -1 - n instead of n.</summary>
    public bool IsNegative { get; init; }

    /// <summary>Where the payload of bytes, text and links begins in the block.</summary>
    public int PayloadStart { get; init; }
}
