namespace IpfsKit.Bitswap.Server;

/// <summary>How many wants of a message were not taken, and why.</summary>
internal struct IgnoredWants
{
    /// <summary>Identity CIDs.</summary>
    public int Identities;

    /// <summary>CIDs that are too long.</summary>
    public int TooLong;

    /// <summary>Beyond what a peer may want at once.</summary>
    public int Overflowed;

    /// <summary>Given up for one of greater priority.</summary>
    public int Evicted;

    /// <summary>Of somebody who is not, or no longer, known as a peer.</summary>
    public int Strangers;
}
