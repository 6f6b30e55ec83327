using System.Buffers;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.RequestResponse;

/// <summary>Requests and responses between hosts.</summary>
public static class RequestResponseExtensions
{
    /// <summary>Asks a peer.</summary>
    /// <exception cref="ArgumentException">The request is larger than the protocol allows.</exception>
    /// <exception cref="TimeoutException">There was no response within the protocol's time.</exception>
    /// <exception cref="ProtocolViolationException">The response is too large, or none.</exception>
    /// <exception cref="StreamResetException">The peer's handler failed, or it takes no requests now.</exception>
    /// <inheritdoc cref="ILibp2pHost.NewStreamAsync" path="/exception"/>
    public static async Task<TResponse> RequestAsync<TRequest, TResponse>(
        this ILibp2pHost host, PeerId peer, RequestProtocol<TRequest, TResponse> protocol, TRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(protocol);
        var message = Encode(protocol.Request, request, protocol.MaxRequestBytes, nameof(request));
        using var deadline = new DeadlineSource(protocol.Timeout, protocol.TimeProvider, cancellationToken);
        try
        {
            var stream = await host.NewStreamAsync(peer, [protocol.Id], deadline.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteLengthPrefixedAsync(message, deadline.Token).ConfigureAwait(false);
                await stream.CompleteWritesAsync(deadline.Token).ConfigureAwait(false);
                return await ReceiveAsync(stream, protocol.Response, protocol.MaxResponseBytes, deadline.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException e) when (deadline.IsOver && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{peer} did not answer {protocol.Id} within {protocol.Timeout.TotalSeconds:0.###} s.", e);
        }
    }

    /// <summary>Answers requests from now on.</summary>
    /// <param name="host">The host.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="handler">Runs for each request.</param>
    /// <param name="options">Its bounds.</param>
    public static void SetRequestHandler<TRequest, TResponse>(
        this ILibp2pHost host, RequestProtocol<TRequest, TResponse> protocol, RequestHandler<TRequest, TResponse> handler, StreamHandlerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(handler);
        host.SetStreamHandler(
            ProtocolMatcher.Exact(protocol.Id),
            async (stream, cancellationToken) =>
            {
                using var deadline = new DeadlineSource(protocol.Timeout, protocol.TimeProvider, cancellationToken);
                var request = await ReceiveAsync(stream, protocol.Request, protocol.MaxRequestBytes, deadline.Token).ConfigureAwait(false);
                var response = await handler(stream.Session.RemotePeer, request, deadline.Token).ConfigureAwait(false);
                await stream.WriteLengthPrefixedAsync(Encode(protocol.Response, response, protocol.MaxResponseBytes, nameof(handler)), deadline.Token).ConfigureAwait(false);
            },
            options);
    }

    private static ReadOnlyMemory<byte> Encode<T>(IMessageCodec<T> codec, T message, int maxBytes, string parameter)
    {
        var buffer = new ArrayBufferWriter<byte>();
        codec.Write(message, buffer);
        return buffer.WrittenCount <= maxBytes ? buffer.WrittenMemory : throw new ArgumentException($"The message has {buffer.WrittenCount} bytes; {maxBytes} are allowed.", parameter);
    }

    private static async Task<T> ReceiveAsync<T>(IProtocolStream stream, IMessageCodec<T> codec, int maxBytes, CancellationToken cancellationToken)
    {
        using var message = await stream.ReadLengthPrefixedAsync(maxBytes, cancellationToken).ConfigureAwait(false)
            ?? throw new ProtocolViolationException($"The peer has ended a stream of {stream.Protocol} without a message.");
        try
        {
            return codec.Read(message.Memory.Span);
        }
        catch (FormatException e)
        {
            throw new ProtocolViolationException($"The peer's message of {stream.Protocol} is none: {e.Message}", e);
        }
    }
}
