using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>What this host is for others.</summary>
public interface ILocalPeer
{
    /// <summary>Its name.</summary>
    PeerId PeerId { get; }

    /// <summary>The key that proves it.</summary>
    PublicKey PublicKey { get; }

    /// <summary>Where it listens. <c>0.0.0.0</c> and <c>::</c> have become the addresses of the machine, port 0 a real one.</summary>
    IReadOnlyList<Multiaddr> ListenAddresses { get; }

    /// <summary>The addresses that it tells others, best first, without <c>/p2p/…</c>.</summary>
    IReadOnlyList<Multiaddr> Addresses { get; }

    /// <summary>The protocols for which it has handlers.</summary>
    IReadOnlyList<string> Protocols { get; }

    /// <summary>Signs something with the peer's key.</summary>
    byte[] Sign(ReadOnlySpan<byte> data);
}
