namespace IpfsKit.Bitswap.Network;

/// <summary>Which of the two streams to a peer carries a message, so that wants do not wait behind blocks.</summary>
internal enum MessageLane
{
    /// <summary>The client's: wants and cancels.</summary>
    Wants,

    /// <summary>The server's: blocks and whether they are here.</summary>
    Responses,
}
