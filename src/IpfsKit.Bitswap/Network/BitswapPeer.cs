using IpfsKit.Bitswap.Messages;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Network;

/// <summary>A peer that speaks bitswap and is connected.</summary>
/// <param name="Id">Who it is.</param>
/// <param name="Version">The best version that both sides speak.</param>
/// <param name="IsNear">Whether it is on this machine or in a private network.</param>
internal sealed record BitswapPeer(PeerId Id, BitswapVersion Version, bool IsNear);
