namespace IpfsKit.Bitswap.Client;

/// <summary>Where an <see cref="PeerAsk"/> stands.</summary>
internal enum AskState
{
    /// <summary>An answer is awaited.</summary>
    Active,

    /// <summary>The peer said that it has the block; it is not asked for it (yet).</summary>
    Promised,

    /// <summary>The peer said that it does not have the block. It still knows of the want, and says when that changes.</summary>
    Refused,

    /// <summary>The peer did not answer in time. It still knows of the want: a late answer is as good, as long as nobody else is asked.</summary>
    Overdue,

    /// <summary>The want was taken back from the peer, as another is asked.</summary>
    GivenUp,

    /// <summary>Over.</summary>
    Ended,
}
