using System.Net;
using System.Net.Sockets;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IpfsKit.Libp2p.Transports.Tcp;

/// <summary>TCP over IPv4 and IPv6: <c>/ip4/…/tcp/…</c>, <c>/ip6/…/tcp/…</c>, <c>/ip6zone/…/ip6/…/tcp/…</c>.</summary>
/// <remarks>
/// A listener on an address that is in TIME_WAIT starts at once; two listeners on one address are refused. An IPv6 listener takes no IPv4 connections, so that <c>/ip4/0.0.0.0</c> and <c>/ip6/::</c> can share a port.
/// Dials leave from a port of the operating system's choice.
/// Spec: <see href="https://github.com/libp2p/specs/blob/master/addressing/README.md"/>.
/// </remarks>
internal sealed class TcpTransport(TcpOptions options, TimeProvider timeProvider, ILogger<TcpTransport>? logger = null, TcpPortReservations? reservations = null) : IRawTransport
{
    private readonly ILogger _logger = logger ?? NullLogger<TcpTransport>.Instance;

    /// <inheritdoc/>
    public bool CanDial(Multiaddr address) => IpAddresses.TryReadTcp(address, out var endPoint, out var rest) && endPoint.Port != 0 && IpAddresses.IsPeerOrNothing(rest);

    /// <inheritdoc/>
    public bool CanListen(Multiaddr address) => IpAddresses.TryReadTcp(address, out _, out var rest) && rest.IsDefault;

    /// <inheritdoc/>
    public async ValueTask<IRawConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        if (!CanDial(address) || !IpAddresses.TryReadTcp(address, out var endPoint, out _))
            throw new DialFailedException(address, "this is not a TCP address, or none of this machine's networks.");
        return await ConnectAsync(endPoint, address, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<IRawTransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!CanListen(address) || !IpAddresses.TryReadTcp(address, out var endPoint, out _))
            throw new ListenFailedException(address, "this is not a TCP address, or none of this machine's networks.");
        return ValueTask.FromResult<IRawTransportListener>(Bind(endPoint, address));
    }

    /// <summary>Connects, for addresses that have more behind the port; <paramref name="address"/> is for messages.</summary>
    internal async ValueTask<TcpConnection> ConnectAsync(EndPoint endPoint, Multiaddr address, CancellationToken cancellationToken)
    {
        // Without a family the socket takes both, which names need.
        var socket = endPoint is IPEndPoint
            ? new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, timeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            await socket.ConnectAsync(endPoint, both.Token).ConfigureAwait(false);
            return TcpConnection.Create(socket, ConnectionDirection.Outbound);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new DialFailedException(address, SocketErrors.Describe(exception) + ".", exception);
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new DialFailedException(address, $"nobody answers within {options.ConnectTimeout.TotalSeconds:0.###} s.", new TimeoutException(null, exception));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Listens, for addresses that have more behind the port; <paramref name="address"/> is for messages.</summary>
    internal TcpTransportListener Bind(IPEndPoint endPoint, Multiaddr address)
    {
        var reserved = reservations?.Take(endPoint);
        var socket = reserved ?? CreateListenSocket(endPoint);
        try
        {
            if (reserved is null)
                socket.Bind(endPoint);
            socket.Listen(options.AcceptBacklog);
            return new TcpTransportListener(socket, IpAddresses.FromTcp((IPEndPoint)socket.LocalEndPoint!), options.MaxAcceptPause, timeProvider, _logger);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new ListenFailedException(address, SocketErrors.Describe(exception) + ".", exception);
        }
    }

    /// <summary>A socket for a listener, not bound yet.</summary>
    internal static Socket CreateListenSocket(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
            socket.DualMode = false;
        return socket;
    }
}
