using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap;

/// <summary>A block that came from a peer.</summary>
public readonly record struct FetchedBlock(Cid Cid, int Bytes, PeerId Peer);
