using System.Net;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Hosting;

/// <summary>Where others find the libp2p host of this silo, as far as that is known before it starts.</summary>
internal static class Libp2pEndpoints
{
    /// <summary>The addresses, each ending in <c>/p2p/…</c>: those that are configured to be told, otherwise those that are listened on.</summary>
    /// <param name="options">The host's settings, ports included.</param>
    /// <param name="peer">The node.</param>
    /// <param name="advertised">The address under which the silo is known to others; it stands for <c>0.0.0.0</c> and <c>::</c>.</param>
    public static IReadOnlyList<Multiaddr> Of(Libp2pOptions options, PeerId peer, Func<IPAddress> advertised)
    {
        var texts = options.Addresses.Announce.Count > 0 ? options.Addresses.Announce : options.ListenAddresses;
        return [.. texts.Concat(options.Addresses.AppendAnnounce).Select(Multiaddr.Parse).Select(address => Reachable(address, advertised)).OfType<Multiaddr>()
            .Select(address => address.Encapsulate(Multiaddr.FromPeerId(peer))).Distinct()];
    }

    private static Multiaddr? Reachable(Multiaddr address, Func<IPAddress> advertised)
    {
        foreach (var component in address)
        {
            if (component.Code is not (Multicodec.Ip4 or Multicodec.Ip6))
                return address;
            var ip = new IPAddress(component.ValueBytes);
            if (!ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any))
                return address;
            var other = advertised();
            if (other.AddressFamily != ip.AddressFamily)
                return null;
            var rest = address.Bytes[component.Bytes.Length..];
            var begin = Multiaddr.Parse($"/{component.Protocol.Name}/{other}");
            return rest.IsEmpty ? begin : begin.Encapsulate(Multiaddr.FromBytes(rest));
        }

        return address;
    }
}
