using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Libp2p.Connections;

/// <summary>What the rest of the node says to one connection on its way up: gater, resource manager, connection manager.</summary>
/// <remarks>
/// Each method refuses the connection by throwing; the upgrader then closes it and throws the same. They are called one after the other, never after the upgrade has failed, and must not block.
/// Whatever it holds is given back by who made it, when the upgrade has failed or the connection has ended.
/// </remarks>
internal interface IConnectionAdmission
{
    /// <summary>Where the connection reserves the memory of its buffers.</summary>
    IMemoryBudget Memory { get; }

    /// <summary>There is a connection. Nothing has been read or written.</summary>
    void OnConnected(ITransportConnection connection);

    /// <summary>It is known who is at the other end.</summary>
    void OnSecured(SecureSession session);

    /// <summary>It can carry streams, and is handed out next.</summary>
    void OnUpgraded(IMuxedConnection connection);
}
