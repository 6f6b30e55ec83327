namespace IpfsKit.Libp2p.Hosting;

/// <summary>Serves one stream that a peer opened.</summary>
/// <param name="stream">Ends when this completes; it need not be disposed.</param>
/// <param name="cancellationToken">The connection has ended, or the host stops and its drain timeout is over.</param>
public delegate Task StreamHandler(IProtocolStream stream, CancellationToken cancellationToken);
