using System.Net;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Addresses;

/// <summary>From where addresses can be reached, by the registries of special addresses of IANA.</summary>
internal static class AddressReaches
{
    private static readonly IpNetwork[] PrivateNetworks =
    [
        .. new[] { "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10" }
            .Select(text => IpNetwork.TryParse(text, out var network) ? network : throw new FormatException(text)),
    ];

    /// <summary>From where an address can be reached. Names count as public.</summary>
    public static AddressReach Of(Multiaddr address)
    {
        if (address.IsRelayed())
            return AddressReach.Relayed;
        if (address.Contains(Multicodec.Memorytransport) || address.Contains(Multicodec.Unix))
            return AddressReach.Loopback;
        return address.GetIPAddress() is { } ip ? Of(ip) : AddressReach.Public;
    }

    /// <summary>From where an address can be reached.</summary>
    public static AddressReach Of(IPAddress address) =>
        IPAddress.IsLoopback(address) ? AddressReach.Loopback
        : Array.Exists(PrivateNetworks, network => network.Contains(address)) ? AddressReach.Private
        : AddressReach.Public;
}
