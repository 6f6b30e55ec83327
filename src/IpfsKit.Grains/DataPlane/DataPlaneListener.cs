using System.Net;
using System.Net.Sockets;

namespace IpfsKit.Grains.DataPlane;

/// <summary>The socket of the data plane, bound as soon as the silo is built: its address is in the silo's metadata before the server runs, and no two silos can pick one port.</summary>
/// <remarks>
/// It listens at once, because on Linux two sockets may be bound to one port as long as neither listens; connections wait in the backlog until the server starts. Kestrel takes
/// the socket over through <c>SocketTransportOptions.CreateBoundListenSocket</c> and closes it when it stops; disposing this object closes it in any case.
/// </remarks>
internal sealed class DataPlaneListener : IDisposable
{
    private const int Backlog = 512;

    /// <summary>Binds to an endpoint; port 0 takes a free one.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="fallBackToFreePort">Take a free port where the wanted one is in use: for ports that nobody configured.</param>
    /// <param name="publicAddress">The address that clients use, where it differs from the bound one; null to derive it.</param>
    /// <exception cref="IOException">The endpoint is in use or does not exist.</exception>
    public DataPlaneListener(IPEndPoint endpoint, bool fallBackToFreePort, Uri? publicAddress = null)
    {
        Socket = Bind(endpoint, fallBackToFreePort);
        EndPoint = (IPEndPoint)Socket.LocalEndPoint!;
        Address = publicAddress ?? new UriBuilder(Uri.UriSchemeHttp, Reachable(EndPoint.Address).ToString(), EndPoint.Port).Uri;
    }

    /// <summary>The listening socket.</summary>
    public Socket Socket { get; }

    /// <summary>Where it is bound.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The base address for clients, ending in <c>/</c>.</summary>
    public Uri Address { get; }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    private static Socket Bind(IPEndPoint endpoint, bool fallBackToFreePort)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            if (fallBackToFreePort && endpoint.Port != 0 && e.SocketErrorCode == SocketError.AddressAlreadyInUse)
                return Bind(new IPEndPoint(endpoint.Address, 0), fallBackToFreePort: false);
            throw new IOException($"The data plane cannot listen on {endpoint}: {e.Message}", e);
        }
    }

    private static IPAddress Reachable(IPAddress bound) =>
        bound.Equals(IPAddress.Any) ? IPAddress.Loopback : bound.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : bound;
}
