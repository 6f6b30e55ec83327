using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Dns;

/// <summary>What an address stands for.</summary>
/// <param name="Address">It begins with an IP address.</param>
/// <param name="Name">The name that the IP address was found under; null if the address had none. HTTP asks for it.</param>
internal readonly record struct ResolvedAddress(Multiaddr Address, string? Name);
