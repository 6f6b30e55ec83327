using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>Bytes that came from a peer, and the multihash that they have; <c>default</c> if it cannot be computed.</summary>
internal readonly record struct VerifiedBlock(ClientPeer Peer, Multihash Key, PooledBuffer Buffer, int Bytes);
