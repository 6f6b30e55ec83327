namespace IpfsKit.Bitswap.Network;

/// <summary>Why a stream did not end in order.</summary>
internal enum StreamFailure
{
    /// <summary>The other side reset it, or its connection was lost.</summary>
    Lost,

    /// <summary>A peer said nothing for too long.</summary>
    Idle,

    /// <summary>A peer took too long for a message.</summary>
    Slow,

    /// <summary>A peer did not follow the protocol.</summary>
    Violation,

    /// <summary>There was no memory for what a peer sent.</summary>
    Memory,

    /// <summary>A message could not be sent.</summary>
    Send,
}
