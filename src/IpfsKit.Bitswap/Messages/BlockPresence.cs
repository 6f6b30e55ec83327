using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Messages;

/// <summary>Whether a peer has a block.</summary>
internal readonly record struct BlockPresence(Cid Cid, bool IsHere);
