using System.Buffers.Binary;
using System.Net;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Transports.WebSockets;

/// <summary>Where a WebSocket is: <c>…/tcp/…/ws</c>, <c>…/tcp/…/tls/ws</c>, <c>…/tcp/…/tls/sni/NAME/ws</c>, <c>…/tcp/…/wss</c>, behind an IP address or a <c>/dns…</c> name.</summary>
/// <param name="EndPoint">The socket's address.</param>
/// <param name="Host">The name of the server: of <c>sni</c>, else of <c>dns</c>, else the IP address.</param>
/// <param name="IsSecure">Whether TLS is under it.</param>
/// <param name="Suffix">What stands behind the port, without the peer.</param>
/// <param name="HasPeer">Whether a peer stands at the end.</param>
internal sealed record WebSocketAddress(EndPoint EndPoint, string Host, bool IsSecure, Multiaddr Suffix, bool HasPeer)
{
    /// <summary>The value of the HTTP header <c>Host</c>.</summary>
    public string Authority
    {
        get
        {
            var host = IPAddress.TryParse(Host, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{new IPAddress(ip.GetAddressBytes())}]" : Host;
            return $"{host}:{Port}";
        }
    }

    /// <summary>The port.</summary>
    public int Port => EndPoint is IPEndPoint ip ? ip.Port : ((DnsEndPoint)EndPoint).Port;

    /// <summary>Reads an address; null if it is not one of a WebSocket.</summary>
    public static WebSocketAddress? TryRead(Multiaddr address)
    {
        if (!IpAddresses.TryReadTcp(address, out var ip, out var rest))
            return TryReadName(address);
        return TryReadSuffix(rest) is { } suffix ? new WebSocketAddress(ip, suffix.Name ?? ip.Address.ToString(), suffix.IsSecure, suffix.Suffix, suffix.HasPeer) : null;
    }

    private static WebSocketAddress? TryReadName(Multiaddr address)
    {
        string? name = null;
        var family = System.Net.Sockets.AddressFamily.Unspecified;
        var length = 0;
        foreach (var component in address)
        {
            length += component.Bytes.Length;
            if (name is null && component.Code is Multicodec.Dns or Multicodec.Dns4 or Multicodec.Dns6)
            {
                name = component.Value;
                family = component.Code switch
                {
                    Multicodec.Dns4 => System.Net.Sockets.AddressFamily.InterNetwork,
                    Multicodec.Dns6 => System.Net.Sockets.AddressFamily.InterNetworkV6,
                    _ => System.Net.Sockets.AddressFamily.Unspecified,
                };
                continue;
            }

            if (name is null || component.Code != Multicodec.Tcp || length == address.Bytes.Length)
                return null;
            var port = BinaryPrimitives.ReadUInt16BigEndian(component.ValueBytes);
            return TryReadSuffix(Multiaddr.FromBytes(address.Bytes[length..])) is { } suffix
                ? new WebSocketAddress(new DnsEndPoint(name, port, family), suffix.Name ?? name, suffix.IsSecure, suffix.Suffix, suffix.HasPeer)
                : null;
        }

        return null;
    }

    private static (string? Name, bool IsSecure, Multiaddr Suffix, bool HasPeer)? TryReadSuffix(Multiaddr rest)
    {
        string? name = null;
        var (isTls, isSecure, isWebSocket, hasPeer) = (false, false, false, false);
        var length = 0;
        foreach (var component in rest)
        {
            switch (component.Code)
            {
                case Multicodec.Tls when !isTls && !isWebSocket:
                    isTls = true;
                    break;
                case Multicodec.Sni when isTls && !isWebSocket && name is null:
                    name = component.Value;
                    break;
                case Multicodec.Ws when !isWebSocket:
                    isWebSocket = true;
                    isSecure = isTls;
                    break;
                case Multicodec.Wss when !isWebSocket && !isTls:
                    isWebSocket = isSecure = true;
                    break;
                case Multicodec.P2p when isWebSocket && !hasPeer:
                    hasPeer = true;
                    continue;
                default:
                    return null;
            }

            // Nothing but the peer follows the peer.
            if (hasPeer)
                return null;
            length += component.Bytes.Length;
        }

        return isWebSocket ? (name, isSecure, Multiaddr.FromBytes(rest.Bytes[..length]), hasPeer) : null;
    }
}
