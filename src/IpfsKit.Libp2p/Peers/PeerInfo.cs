using IpfsKit.Libp2p.Addresses;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Peers;

/// <summary>A peer and where it may be.</summary>
/// <param name="PeerId">Who it is.</param>
/// <param name="Addresses">Where it may be; with or without <c>/p2p/…</c> at the end.</param>
public sealed record PeerInfo(PeerId PeerId, IReadOnlyList<Multiaddr> Addresses)
{
    /// <summary>A peer of which no address is known here.</summary>
    public PeerInfo(PeerId peerId)
        : this(peerId, [])
    {
    }

    /// <summary>Reads an address that ends in <c>/p2p/…</c>.</summary>
    /// <exception cref="FormatException">It names no peer at its end.</exception>
    public static PeerInfo FromAddress(Multiaddr address) => address.GetFinalPeerId() is { } peer
        ? new PeerInfo(peer, address.WithoutFinalPeerId() is { IsDefault: false } place ? [place] : [])
        : throw new FormatException($"'{address}' does not end in /p2p/ and the id of a peer.");
}
