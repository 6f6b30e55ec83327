using IpfsKit.Libp2p.Identities;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>The key of the host, apart from other keys that the services may have.</summary>
internal sealed record HostIdentity(PrivateKey Key);
