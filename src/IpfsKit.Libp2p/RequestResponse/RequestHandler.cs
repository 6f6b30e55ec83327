using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.RequestResponse;

/// <summary>Answers a request. What it throws is logged at Debug, and the peer's request fails with <see cref="StreamResetException"/>.</summary>
/// <param name="peer">Who asks.</param>
/// <param name="request">What for.</param>
/// <param name="cancellationToken">The time is over, or the connection has ended.</param>
public delegate Task<TResponse> RequestHandler<in TRequest, TResponse>(PeerId peer, TRequest request, CancellationToken cancellationToken);
