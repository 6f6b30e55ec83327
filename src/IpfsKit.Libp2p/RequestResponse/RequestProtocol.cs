namespace IpfsKit.Libp2p.RequestResponse;

/// <summary>A protocol of one request and one response, each a message with its length, a varint, before it; one stream for each pair.</summary>
/// <param name="Id">The protocol's id, such as <c>/my-app/lookup/1.0.0</c>.</param>
/// <param name="Request">The codec of requests.</param>
/// <param name="Response">The codec of responses.</param>
/// <typeparam name="TRequest">Requests.</typeparam>
/// <typeparam name="TResponse">Responses.</typeparam>
public sealed record RequestProtocol<TRequest, TResponse>(string Id, IMessageCodec<TRequest> Request, IMessageCodec<TResponse> Response)
{
    /// <summary>The largest request, in bytes. A larger one is not sent, and not taken.</summary>
    public required int MaxRequestBytes { get; init; }

    /// <summary>The largest response, in bytes. A larger one is not sent, and not taken.</summary>
    public required int MaxResponseBytes { get; init; }

    /// <summary>How long all of it may take, on either side. 30 seconds where nothing else is said.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock of <see cref="Timeout"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
