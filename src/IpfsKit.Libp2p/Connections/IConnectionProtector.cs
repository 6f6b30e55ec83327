using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Libp2p.Connections;

/// <summary>Makes raw connections ones of a private network, before anything else is said over them.</summary>
internal interface IConnectionProtector
{
    /// <summary>Wraps a connection.</summary>
    /// <param name="connection">Owned by the result from now on; closed if this fails.</param>
    /// <param name="cancellationToken">Ends it, and the connection.</param>
    ValueTask<IRawConnection> ProtectAsync(IRawConnection connection, CancellationToken cancellationToken);
}
