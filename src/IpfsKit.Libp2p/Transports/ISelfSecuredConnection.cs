using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Transports;

/// <summary>A connection whose transport proves who is at the other end and carries streams by itself. It is handed out before that has cost anything, so that the host can refuse it first.</summary>
/// <remarks>Nothing of it can be hidden inside of a private network: such a host does not take its transport.</remarks>
internal interface ISelfSecuredConnection : ITransportConnection
{
    /// <summary>Completes the handshake. Called once; deadlines are the caller's, who aborts the connection if this does not end.</summary>
    /// <param name="expectedPeer">Who must be at the other end, and gets to see the refusal if it is somebody else; null if anybody may be. The caller checks it again.</param>
    /// <param name="memory">Where the connection reserves its buffers and windows before it has them.</param>
    /// <param name="cancellationToken">Ends it, and the connection.</param>
    /// <returns>Owns the connection from now on.</returns>
    /// <exception cref="SecurityHandshakeException">The other side does not follow the protocol.</exception>
    /// <exception cref="PeerIdMismatchException">Somebody else answered.</exception>
    /// <exception cref="ConnectionClosedException">The connection was lost.</exception>
    /// <exception cref="ResourceLimitExceededException">There is no memory for it.</exception>
    ValueTask<IMuxedConnection> EstablishAsync(PeerId? expectedPeer, IMemoryBudget memory, CancellationToken cancellationToken);
}
