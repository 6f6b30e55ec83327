using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Dialing;

/// <summary>An address to dial.</summary>
/// <param name="Address">It begins with an IP address where there is one.</param>
/// <param name="Delay">How long after the first one.</param>
/// <param name="Pause">The head start that it has before the next one.</param>
/// <param name="Name">The name that the address was found under; null if there is none.</param>
internal readonly record struct DialCandidate(Multiaddr Address, TimeSpan Delay, TimeSpan Pause = default, string? Name = null);
