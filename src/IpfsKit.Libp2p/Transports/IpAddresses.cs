using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Transports;

/// <summary>Multiaddrs that begin with an IP address and a TCP port: <c>/ip4/…/tcp/…</c>, <c>/ip6/…/tcp/…</c>, <c>/ip6zone/…/ip6/…/tcp/…</c>.</summary>
internal static class IpAddresses
{
    /// <summary>Reads the socket address at the beginning.</summary>
    /// <param name="address">The multiaddr.</param>
    /// <param name="endPoint">The IP address, with its zone, and the port.</param>
    /// <param name="rest">What follows the port; <c>default</c> if nothing does.</param>
    /// <returns>False if it does not begin like this, or names a zone that this machine does not have.</returns>
    public static bool TryReadTcp(Multiaddr address, out IPEndPoint endPoint, out Multiaddr rest)
    {
        endPoint = null!;
        rest = default;
        string? zone = null;
        IPAddress? ip = null;
        var length = 0;
        foreach (var component in address)
        {
            length += component.Bytes.Length;
            switch (component.Code)
            {
                case Multicodec.Ip6zone when zone is null && ip is null:
                    zone = component.Value;
                    break;
                case Multicodec.Ip4 when zone is null && ip is null:
                case Multicodec.Ip6 when zone is null && ip is null:
                    ip = new IPAddress(component.ValueBytes);
                    break;
                case Multicodec.Ip6 when ip is null:
                    // The parser of IP addresses knows the zones of this machine, by name and by number.
                    if (!IPAddress.TryParse($"{new IPAddress(component.ValueBytes)}%{zone}", out ip) || ip.ScopeId == 0)
                        return false;
                    break;
                case Multicodec.Tcp when ip is not null:
                    endPoint = new IPEndPoint(ip, BinaryPrimitives.ReadUInt16BigEndian(component.ValueBytes));
                    if (length < address.Bytes.Length)
                        rest = Multiaddr.FromBytes(address.Bytes[length..]);
                    return true;
                default:
                    return false;
            }
        }

        return false;
    }

    /// <summary>The multiaddr of a TCP socket's end. An IPv4 address mapped into IPv6 becomes itself; a scope becomes a zone's number.</summary>
    public static Multiaddr FromTcp(IPEndPoint endPoint)
    {
        var ip = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        Span<byte> bytes = stackalloc byte[32];
        var isIp4 = ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        var at = Varint.Write(bytes, (ulong)(isIp4 ? Multicodec.Ip4 : Multicodec.Ip6));
        ip.TryWriteBytes(bytes[at..], out var written);
        at += written;
        at += Varint.Write(bytes[at..], (ulong)Multicodec.Tcp);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[at..], (ushort)endPoint.Port);
        var address = Multiaddr.FromBytes(bytes[..(at + 2)]);
        return isIp4 || ip.ScopeId == 0
            ? address
            : Multiaddr.Parse(string.Create(CultureInfo.InvariantCulture, $"/ip6zone/{ip.ScopeId}")).Encapsulate(address);
    }

    /// <summary>Whether a rest is empty but for a peer: <c>/p2p/…</c> or nothing.</summary>
    public static bool IsPeerOrNothing(Multiaddr rest)
    {
        var components = 0;
        foreach (var component in rest)
        {
            if (component.Code != Multicodec.P2p || ++components > 1)
                return false;
        }

        return true;
    }
}
