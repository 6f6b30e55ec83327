using System.Net;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Addresses;

/// <summary>What the network needs to know of an address.</summary>
internal static class MultiaddrNetworkExtensions
{
    /// <summary>The IP address that it begins with; null if it begins with something else, such as a name, or goes over a relay, whose address that would be.</summary>
    public static IPAddress? GetIPAddress(this Multiaddr address)
    {
        if (address.IsDefault || address.IsRelayed())
            return null;
        foreach (var component in address)
        {
            if (component.Code is Multicodec.Ip6zone)
                continue;
            return component.Code is Multicodec.Ip4 or Multicodec.Ip6 ? new IPAddress(component.ValueBytes) : null;
        }

        return null;
    }

    /// <summary>Whether it goes over a relay.</summary>
    public static bool IsRelayed(this Multiaddr address) => address.Contains(Multicodec.P2pCircuit);

    /// <summary>Whether it begins with a name that must be resolved.</summary>
    public static bool BeginsWithName(this Multiaddr address)
    {
        foreach (var component in address)
            return component.Code is Multicodec.Dns or Multicodec.Dns4 or Multicodec.Dns6 or Multicodec.Dnsaddr;
        return false;
    }

    /// <summary>The peer at its end; null if it names none there. The relay before <c>/p2p-circuit</c> is not it.</summary>
    public static PeerId? GetFinalPeerId(this Multiaddr address)
    {
        PeerId? last = null;
        foreach (var component in address)
        {
            last = component.Code == Multicodec.P2p && PeerId.TryFromBytes(component.ValueBytes, out var peer) ? peer : null;
        }

        return last;
    }

    /// <summary>The address without the peer at its end, so that addresses of a peer can be compared.</summary>
    public static Multiaddr WithoutFinalPeerId(this Multiaddr address) =>
        address.GetFinalPeerId() is { } peer ? address.Decapsulate(Multiaddr.FromPeerId(peer)) : address;

    /// <summary>The address with a peer at its end.</summary>
    public static Multiaddr WithPeerId(this Multiaddr address, PeerId peer) =>
        address.GetFinalPeerId() is null ? address.Encapsulate(Multiaddr.FromPeerId(peer)) : address;
}
