using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Transports;

/// <summary>A connection as its transport hands it out, of which nobody knows yet who is at the other end. It is one of two kinds.</summary>
/// <remarks>
/// <list type="bullet">
/// <item><see cref="IRawConnection"/>: bytes (TCP, WebSocket, a circuit over a relay). The host makes it part of its private network, secures and multiplexes it.</item>
/// <item><see cref="ISelfSecuredConnection"/>: the transport's protocol has security and streams of its own (QUIC, WebTransport, WebRTC).</item>
/// </list>
/// Both go through <see cref="Connections.ConnectionUpgrader"/>, which holds what is the same for them: the deadline, the gater, the limits, and that the peer is the one that was dialled.
/// </remarks>
internal interface ITransportConnection : IAsyncDisposable
{
    /// <summary>This side's end, as the transport sees it.</summary>
    Multiaddr LocalAddress { get; }

    /// <summary>The other side's end, as the transport sees it.</summary>
    Multiaddr RemoteAddress { get; }

    /// <summary>Who opened it.</summary>
    ConnectionDirection Direction { get; }

    /// <summary>Closes at once, in the way that the other side sees as a failure (a TCP reset). From any thread, any number of times.</summary>
    void Abort();
}
