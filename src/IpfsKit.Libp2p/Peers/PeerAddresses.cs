using IpfsKit.Libp2p.Addresses;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Peers;

/// <summary>Which addresses are stored, and how.</summary>
internal static class PeerAddresses
{
    /// <summary>The longest address that is stored, in bytes; no transport of today needs more.</summary>
    public const int MaxBytes = 512;

    /// <summary>Addresses without the peer at their end; those that name another one are left out.</summary>
    public static IEnumerable<Multiaddr> Bare(PeerId peer, IEnumerable<Multiaddr> addresses) =>
        from address in addresses
        where !address.IsDefault && address.Bytes.Length <= MaxBytes && (address.GetFinalPeerId() is not { } named || named == peer)
        let bare = address.WithoutFinalPeerId()
        where !bare.IsDefault
        select bare;
}
