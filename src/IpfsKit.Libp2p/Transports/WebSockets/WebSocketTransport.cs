using System.Net;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IpfsKit.Libp2p.Transports.WebSockets;

/// <summary>WebSockets over TCP, with and without TLS.</summary>
/// <remarks>
/// Names are dialled too, since a server behind TLS is asked for by its name: whoever resolves <c>/dns4/NAME/tcp/443/tls/ws</c> itself passes <c>/ip4/…/tcp/443/tls/sni/NAME/ws</c>; without TLS it passes the name beside the address.
/// Neither proxies nor credentials of the environment are used.
/// Spec: <see href="https://github.com/libp2p/specs/blob/master/websockets/README.md"/>.
/// </remarks>
internal sealed class WebSocketTransport(TcpTransport tcp, WebSocketOptions options, TimeProvider timeProvider, ILogger<WebSocketTransport>? logger = null, Action? refused = null) : IRawTransport
{
    private readonly ILogger _logger = logger ?? NullLogger<WebSocketTransport>.Instance;

    /// <inheritdoc/>
    public bool CanDial(Multiaddr address) => WebSocketAddress.TryRead(address) is { Port: > 0 };

    /// <inheritdoc/>
    public bool CanListen(Multiaddr address) => WebSocketAddress.TryRead(address) is { EndPoint: IPEndPoint, HasPeer: false } target && !target.Suffix.Contains(Multicodec.Sni);

    /// <inheritdoc/>
    public ValueTask<IRawConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken) => DialAsync(address, null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IRawConnection> DialAsync(Multiaddr address, string? name, CancellationToken cancellationToken)
    {
        if (WebSocketAddress.TryRead(address) is not { Port: > 0 } target)
            throw new DialFailedException(address, "this is not the address of a WebSocket.");
        // Servers with several names on one address tell them apart by the header Host; with TLS the name is part of the address.
        if (name is not null && !target.IsSecure)
            target = target with { Host = name };
        // Peers name servers, and the name goes into the head of a request.
        if (Uri.CheckHostName(target.Host) == UriHostNameType.Unknown)
            throw new DialFailedException(address, "it has a name that no server can have.");
        var connection = await tcp.ConnectAsync(target.EndPoint, address, cancellationToken).ConfigureAwait(false);
        try
        {
            return await WebSocketUpgrades.ConnectAsync(connection, target, address, options, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            connection.Abort();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IRawTransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!CanListen(address) || WebSocketAddress.TryRead(address) is not { } target)
            throw new ListenFailedException(address, "this is not the address of a WebSocket of this machine.");
        var certificate = target.IsSecure ? WebSocketCertificate.Load(options, address) : null;
        return ValueTask.FromResult<IRawTransportListener>(new WebSocketListener(tcp.Bind((IPEndPoint)target.EndPoint, address), target.Suffix, certificate, options, timeProvider, _logger, refused ?? (static () => { })));
    }
}
