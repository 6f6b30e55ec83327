using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Dialing;

/// <summary>An address to dial, and how long after the first one.</summary>
internal readonly record struct DialCandidate(Multiaddr Address, TimeSpan Delay);
