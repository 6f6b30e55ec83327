using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Transports;

/// <summary>Takes connections at an address until it is disposed.</summary>
internal interface ITransportListener : IAsyncDisposable
{
    /// <summary>Where it listens: a port of 0 has become the real one.</summary>
    Multiaddr Address { get; }

    /// <summary>The next connection, or null once it is disposed. Connections that fail before they are handed out are not reported. Handshakes of the transport itself (WebSocket) do not hold up the next one.</summary>
    ValueTask<ITransportConnection?> AcceptAsync(CancellationToken cancellationToken);
}
