namespace IpfsKit.Bitswap;

/// <summary>How a peer failed.</summary>
public enum PeerFailure
{
    /// <summary>It did not answer in time.</summary>
    Timeout = 0,

    /// <summary>It could not be reached.</summary>
    Unreachable = 1,

    /// <summary>It left while something was awaited from it.</summary>
    Disconnected = 2,

    /// <summary>It said that it has a block and then did not send it.</summary>
    BrokenPromise = 3,

    /// <summary>It sent blocks that nobody had asked it for, or whose bytes are not those of a wanted block.</summary>
    UnwantedBlock = 4,

    /// <summary>It broke the rules of the protocol.</summary>
    ProtocolViolation = 5,
}
