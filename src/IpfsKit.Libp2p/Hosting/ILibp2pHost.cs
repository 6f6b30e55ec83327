using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>A peer in a network of peers: it listens, dials, and opens and takes streams. Thread-safe.</summary>
/// <remarks>Where there is a connection with a peer, new streams use it; there is never more than one dial to a peer at once.</remarks>
public interface ILibp2pHost : IAsyncDisposable
{
    /// <summary>This host, as others see it.</summary>
    ILocalPeer LocalPeer { get; }

    /// <summary>What it knows of others.</summary>
    IPeerStore PeerStore { get; }

    /// <summary>How many connections it keeps, and whose.</summary>
    IConnectionManager ConnectionManager { get; }

    /// <summary>Who has how much of the host's memory, connections and streams.</summary>
    IResourceManager Resources { get; }

    /// <summary>The connections that there are.</summary>
    IReadOnlyList<ISession> Sessions { get; }

    /// <summary>The peers to which there are connections.</summary>
    IReadOnlyList<PeerId> ConnectedPeers { get; }

    /// <summary>A peer has its first connection. Handlers must be fast; what they throw is logged.</summary>
    event EventHandler<PeerEventArgs>? PeerConnected;

    /// <summary>A peer has lost its last connection.</summary>
    event EventHandler<PeerEventArgs>? PeerDisconnected;

    /// <summary>A peer said who it is, or that this has changed: the peer store knows its protocols and addresses.</summary>
    event EventHandler<PeerEventArgs>? PeerIdentified;

    /// <summary>The addresses that this host tells others have changed.</summary>
    event EventHandler? AddressesChanged;

    /// <summary>Begins to listen. Called by the .NET host where <c>AddLibp2p</c> registered it.</summary>
    /// <exception cref="ListenFailedException">An address cannot be listened on; nothing is listened on then.</exception>
    Task StartAsync(CancellationToken cancellationToken = default);

    /// <summary>Stops: takes no new connections and streams, gives handlers the drain timeout, and closes all connections.</summary>
    /// <param name="cancellationToken">Ends the wait for handlers.</param>
    Task StopAsync(CancellationToken cancellationToken = default);

    /// <summary>Whether there is a connection with a peer.</summary>
    bool IsConnected(PeerId peer);

    /// <summary>The connections with a peer, the one that new streams use first.</summary>
    IReadOnlyList<ISession> GetSessions(PeerId peer);

    /// <summary>Connects to a peer at one address, or gives the connection that there is.</summary>
    /// <param name="address">Ends in <c>/p2p/…</c>.</param>
    /// <param name="cancellationToken">Gives up; others who wait for the same peer are not disturbed.</param>
    /// <inheritdoc cref="ConnectAsync" path="/exception"/>
    /// <exception cref="FormatException">It does not end in <c>/p2p/…</c>.</exception>
    Task<ISession> DialAsync(Multiaddr address, CancellationToken cancellationToken = default);

    /// <summary>Connects to a peer, or gives the connection that there is.</summary>
    /// <param name="peer">The addresses are tried beside those of the peer store.</param>
    /// <param name="cancellationToken">Gives up; others who wait for the same peer are not disturbed.</param>
    /// <exception cref="PeerUnreachableException">None of the addresses answers, or there is none.</exception>
    /// <exception cref="ConnectionGatedException">The gater does not want the peer.</exception>
    /// <exception cref="InvalidOperationException">It is this host itself, or it has been stopped.</exception>
    Task<ISession> ConnectAsync(PeerInfo peer, CancellationToken cancellationToken = default);

    /// <summary>Closes all connections with a peer.</summary>
    Task DisconnectAsync(PeerId peer, CancellationToken cancellationToken = default);

    /// <summary>Opens a stream to a peer, and connects first if there is no connection.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="protocols">The protocols' ids, best first. A single one, and one that the peer is known to speak, is proposed with the first bytes, without waiting for an answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NegotiationFailedException">The peer speaks none of them.</exception>
    /// <exception cref="ResourceLimitExceededException">A limit of this node is reached.</exception>
    /// <exception cref="ConnectionClosedException">The connection was lost.</exception>
    /// <exception cref="PeerUnreachableException">There was none, and the peer does not answer.</exception>
    /// <exception cref="TimeoutException">The peer did not answer in time which protocol it takes.</exception>
    Task<IProtocolStream> NewStreamAsync(PeerId peer, IReadOnlyList<string> protocols, CancellationToken cancellationToken = default);

    /// <summary>Takes streams of a protocol from now on, and tells peers. A handler that there is for the same <see cref="ProtocolMatcher.Protocol"/> is replaced.</summary>
    /// <param name="protocol">Which ids it takes.</param>
    /// <param name="handler">Runs for each stream. When it returns, the stream ends in order; what it throws is logged at Debug, and resets the stream.</param>
    /// <param name="options">Its bounds.</param>
    void SetStreamHandler(ProtocolMatcher protocol, StreamHandler handler, StreamHandlerOptions? options = null);

    /// <summary>Takes no more streams of a protocol. Streams that there are go on.</summary>
    /// <returns>False if there was no handler.</returns>
    bool RemoveStreamHandler(string protocol);
}
