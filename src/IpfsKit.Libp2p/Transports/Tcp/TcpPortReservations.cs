using System.Net;
using System.Net.Sockets;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p;

/// <summary>Sockets of TCP listeners that exist before the host starts, so that their ports are known from then on, and nobody else can take them. Thread-safe.</summary>
/// <remarks>
/// Registered with the services of a host, its TCP and WebSocket listeners use what was reserved for their address. They listen at once, because on Linux two sockets may be bound to one port as long as neither does;
/// connections wait in the operating system's backlog until the host starts. What no host has taken is closed when this is disposed.
/// </remarks>
public sealed class TcpPortReservations : IDisposable
{
    private const int Backlog = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<Multiaddr, Multiaddr> _reserved = [];
    private readonly Dictionary<IPEndPoint, Socket> _sockets = [];
    private bool _isDisposed;

    /// <summary>Reserves the port of an address that begins with an IP address and a TCP port; asked again for the same, it gives the same.</summary>
    /// <param name="address">Where to listen; port 0 for a free one.</param>
    /// <param name="orFreePort">Whether a free port is taken where this one is in use.</param>
    /// <returns>The address with its real port. An address of another kind comes back as it is, and is not reserved.</returns>
    /// <exception cref="ListenFailedException">The port is in use, or the address is not of this machine.</exception>
    public Multiaddr Reserve(Multiaddr address, bool orFreePort = false)
    {
        if (!IpAddresses.TryReadTcp(address, out var endPoint, out var rest))
            return address;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_reserved.TryGetValue(address, out var known))
                return known;
            var socket = Bind(endPoint, address, orFreePort);
            var bound = (IPEndPoint)socket.LocalEndPoint!;
            _sockets.Add(bound, socket);
            var real = IpAddresses.FromTcp(bound);
            real = rest.IsDefault ? real : real.Encapsulate(rest);
            _reserved[address] = real;
            _reserved[real] = real;
            return real;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            foreach (var socket in _sockets.Values)
                socket.Dispose();
            _sockets.Clear();
        }
    }

    /// <summary>The socket that was reserved, which is the caller's then; null if none was.</summary>
    internal Socket? Take(IPEndPoint endPoint)
    {
        lock (_lock)
            return _sockets.Remove(endPoint, out var socket) ? socket : null;
    }

    private static Socket Bind(IPEndPoint endPoint, Multiaddr address, bool orFreePort)
    {
        var socket = TcpTransport.CreateListenSocket(endPoint);
        try
        {
            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            return orFreePort && endPoint.Port != 0 && exception.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? Bind(new IPEndPoint(endPoint.Address, 0), address, orFreePort: false)
                : throw new ListenFailedException(address, SocketErrors.Describe(exception) + ".", exception);
        }
    }
}
