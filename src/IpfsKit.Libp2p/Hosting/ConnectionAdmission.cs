using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>What the gater and the resource manager say to one connection.</summary>
internal sealed class ConnectionAdmission(PeerId self, IConnectionGater gater, ConnectionScope scope, Libp2pInstruments instruments) : IConnectionAdmission
{
    /// <inheritdoc/>
    public IMemoryBudget Memory => scope;

    /// <inheritdoc/>
    public void OnConnected(ITransportConnection connection)
    {
        if (!gater.AllowsAddress(connection.RemoteAddress, connection.Direction))
            throw Gated(ConnectionGatedException.Of(connection.RemoteAddress), connection.Direction);
    }

    /// <inheritdoc/>
    public void OnSecured(SecureSession session)
    {
        if (session.RemotePeer == self)
            throw new SecurityHandshakeException(session.Protocol, "the host has reached itself.");
        if (!gater.AllowsPeer(session.RemotePeer, session.Direction))
            throw Gated(ConnectionGatedException.Of(session.RemotePeer), session.Direction);
        scope.Attach(session.RemotePeer);
    }

    /// <inheritdoc/>
    public void OnUpgraded(IMuxedConnection connection)
    {
    }

    private ConnectionGatedException Gated(ConnectionGatedException exception, ConnectionDirection direction)
    {
        instruments.Gated(direction);
        return exception;
    }
}
