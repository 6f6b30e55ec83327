using System.Net;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Network;

/// <summary>Addresses on this machine or in a private network, by the registries of special addresses of IANA.</summary>
internal static class NearAddresses
{
    private static readonly IPNetwork[] Networks =
    [
        .. new[] { "127.0.0.0/8", "10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10" }.Select(IPNetwork.Parse),
    ];

    /// <summary>Whether an address is one of them. One over a relay is not, wherever the relay is.</summary>
    public static bool Contains(Multiaddr address)
    {
        if (address.Contains(Multicodec.P2pCircuit))
            return false;
        if (address.Contains(Multicodec.Memorytransport) || address.Contains(Multicodec.Unix))
            return true;
        foreach (var component in address)
        {
            if (component.Code is Multicodec.Ip6zone)
                continue;
            return component.Code is Multicodec.Ip4 or Multicodec.Ip6 && Contains(new IPAddress(component.ValueBytes));
        }

        return false;
    }

    private static bool Contains(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(Networks, network => network.Contains(plain));
    }
}
