using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>One connection with a peer. Thread-safe.</summary>
public interface ISession
{
    /// <summary>Who is at the other end. Proved.</summary>
    PeerId RemotePeer { get; }

    /// <summary>The key by which it was proved.</summary>
    PublicKey RemoteKey { get; }

    /// <summary>The other end, as the transport sees it.</summary>
    Multiaddr RemoteAddress { get; }

    /// <summary>This end, as the transport sees it.</summary>
    Multiaddr LocalAddress { get; }

    /// <summary>Who opened it.</summary>
    ConnectionDirection Direction { get; }

    /// <summary>When it was opened.</summary>
    DateTimeOffset Opened { get; }

    /// <summary>The security protocol.</summary>
    string Security { get; }

    /// <summary>The streams that are open.</summary>
    int StreamCount { get; }

    /// <summary>The last measured time of a round trip; zero before the first.</summary>
    TimeSpan RoundTripTime { get; }

    /// <summary>Completes when the connection has ended. Never faults.</summary>
    Task Closed { get; }

    /// <summary>Opens a stream on this connection and no other.</summary>
    /// <inheritdoc cref="ILibp2pHost.NewStreamAsync(PeerId, IReadOnlyList{string}, CancellationToken)" path="/exception"/>
    Task<IProtocolStream> NewStreamAsync(IReadOnlyList<string> protocols, CancellationToken cancellationToken = default);

    /// <summary>Closes it in order: what was written is sent first, for a short time. Harmless when it has ended.</summary>
    Task CloseAsync(CancellationToken cancellationToken = default);

    /// <summary>Ends it at once.</summary>
    void Abort();
}
