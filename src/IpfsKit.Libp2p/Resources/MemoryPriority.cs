namespace IpfsKit.Libp2p.Resources;

/// <summary>How much it matters that a reservation of memory succeeds: the share of a budget that may be in use after it. Nothing is refused to a peer for want of the first two.</summary>
internal enum MemoryPriority
{
    /// <summary>Only makes things faster, such as a window that grows: 40 %.</summary>
    Low,

    /// <summary>Useful, and there is a way without: 60 %.</summary>
    Medium,

    /// <summary>A stream or a request fails without it: 80 %.</summary>
    High,

    /// <summary>What a connection cannot exist without: all of it. So streams cannot take from a connection what it needs to be read from.</summary>
    Always,
}
