using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Transports;

/// <summary>A way to make raw connections, for some kinds of addresses.</summary>
internal interface ITransport
{
    /// <summary>Whether the address, with or without <c>/p2p/…</c> at its end, is one that it dials. Addresses of <c>/dns…</c> have been resolved before, except where the name itself is needed (TLS, HTTP).</summary>
    bool CanDial(Multiaddr address);

    /// <summary>Whether the address is one that it listens on.</summary>
    bool CanListen(Multiaddr address);

    /// <summary>Opens a connection.</summary>
    /// <exception cref="DialFailedException">Nobody answers, or not in this protocol.</exception>
    ValueTask<IRawConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken);

    /// <summary>Opens a connection to an address that was found under a name. Most transports have no use for it.</summary>
    /// <param name="address">It begins with an IP address.</param>
    /// <param name="name">The name; null if there is none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DialFailedException">Nobody answers, or not in this protocol.</exception>
    ValueTask<IRawConnection> DialAsync(Multiaddr address, string? name, CancellationToken cancellationToken) => DialAsync(address, cancellationToken);

    /// <summary>Begins to listen.</summary>
    /// <exception cref="ListenFailedException">The address is in use or not of this machine.</exception>
    ValueTask<ITransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken);
}
