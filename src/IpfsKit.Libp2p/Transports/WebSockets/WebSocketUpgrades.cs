using System.Buffers;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Authentication;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Transports.WebSockets;

/// <summary>Makes WebSockets out of TCP connections, on either side. The connection is the result's; who calls closes it if there is none.</summary>
internal static class WebSocketUpgrades
{
    /// <summary>Asks the other side for a WebSocket.</summary>
    /// <exception cref="DialFailedException">It refuses, or is none.</exception>
    public static async Task<WebSocketConnection> ConnectAsync(IRawConnection connection, WebSocketAddress target, Multiaddr address, WebSocketOptions options, CancellationToken cancellationToken)
    {
        Stream stream = new RawConnectionStream(connection);
        SslStream? tls = null;
        try
        {
            if (target.IsSecure)
            {
                stream = tls = new SslStream(stream);
                await tls.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions
                    {
                        TargetHost = target.Host,
                        ApplicationProtocols = [SslApplicationProtocol.Http11],
                        RemoteCertificateValidationCallback = options.CertificateValidation,
                    },
                    cancellationToken).ConfigureAwait(false);
            }

            var key = WebSocketHandshake.CreateKey();
            await stream.WriteAsync(WebSocketHandshake.CreateRequest(target.Authority, key), cancellationToken).ConfigureAwait(false);
            var (head, rest) = await ReadHeadAsync(stream, cancellationToken).ConfigureAwait(false);
            if (WebSocketHandshake.Check(head, key) is { } fault)
                throw new DialFailedException(address, fault);
            return Create(connection, stream, tls, rest, target.Suffix);
        }
        catch (Exception exception)
        {
            if (tls is not null)
                await tls.DisposeAsync().ConfigureAwait(false);
            if (exception is IOException or AuthenticationException or ConnectionClosedException or FormatException)
                throw new DialFailedException(address, exception.Message, exception);
            throw;
        }
    }

    /// <summary>Answers the other side's request for a WebSocket.</summary>
    /// <returns>Null if it asks for anything else, which it has been told.</returns>
    public static async Task<WebSocketConnection?> AcceptAsync(IRawConnection connection, SslStreamCertificateContext? certificate, Multiaddr suffix, CancellationToken cancellationToken)
    {
        Stream stream = new RawConnectionStream(connection);
        SslStream? tls = null;
        var isAccepted = false;
        try
        {
            if (certificate is not null)
            {
                stream = tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificateContext = certificate, ApplicationProtocols = [SslApplicationProtocol.Http11] }, cancellationToken).ConfigureAwait(false);
            }

            var (head, rest) = await ReadHeadAsync(stream, cancellationToken).ConfigureAwait(false);
            var answer = WebSocketHandshake.Answer(head, out isAccepted);
            await stream.WriteAsync(answer, cancellationToken).ConfigureAwait(false);
            return isAccepted ? Create(connection, stream, tls, rest, suffix) : null;
        }
        finally
        {
            if (!isAccepted && tls is not null)
                await tls.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static WebSocketConnection Create(IRawConnection connection, Stream stream, SslStream? tls, byte[] rest, Multiaddr suffix)
    {
        var socket = WebSocket.CreateFromStream(
            rest.Length == 0 ? stream : new PrefixedStream(rest, stream),
            new WebSocketCreationOptions { IsServer = connection.Direction == ConnectionDirection.Inbound, KeepAliveInterval = Timeout.InfiniteTimeSpan });
        return new WebSocketConnection(connection, tls, socket, suffix);
    }

    /// <summary>Reads to the empty line, and perhaps beyond it.</summary>
    /// <exception cref="FormatException">It does not come within <see cref="WebSocketHandshake.MaxHeadBytes"/>.</exception>
    private static async Task<(byte[] Head, byte[] Excess)> ReadHeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(WebSocketHandshake.MaxHeadBytes);
        try
        {
            var length = 0;
            while (length < WebSocketHandshake.MaxHeadBytes)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length, WebSocketHandshake.MaxHeadBytes - length), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    throw new FormatException("the other side ended before the request or the response was complete.");
                // The end may straddle two reads.
                var from = Math.Max(0, length - 3);
                length += read;
                var end = buffer.AsSpan(from, length - from).IndexOf("\r\n\r\n"u8);
                if (end >= 0)
                    return (buffer[..(from + end + 4)], buffer[(from + end + 4)..length]);
            }

            throw new FormatException($"the request or the response has more than {WebSocketHandshake.MaxHeadBytes} bytes.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
