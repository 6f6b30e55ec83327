namespace IpfsKit.Bitswap.Messages;

/// <summary>The versions of the protocol, the oldest first.</summary>
internal enum BitswapVersion
{
    /// <summary><c>/ipfs/bitswap</c>: blocks without their CID's prefix.</summary>
    Unversioned = 0,

    /// <summary><c>/ipfs/bitswap/1.0.0</c>: blocks without their CID's prefix.</summary>
    V100 = 1,

    /// <summary><c>/ipfs/bitswap/1.1.0</c>: blocks with their CID's prefix.</summary>
    V110 = 2,

    /// <summary><c>/ipfs/bitswap/1.2.0</c>: HAVE and DONT_HAVE.</summary>
    V120 = 3,
}
