using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Messages;

/// <summary>All of a CID but its digest: what comes with a block since 1.1, so that its CID can be computed from its bytes.</summary>
internal readonly record struct CidPrefix(int Version, Multicodec Codec, Multicodec Hash, int DigestBytes)
{
    /// <summary>What blocks have that come without one.</summary>
    public static CidPrefix V0 { get; } = new(0, Multicodec.DagPb, Multicodec.Sha2_256, 32);
}
