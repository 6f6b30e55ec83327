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

    /// <summary>Begins to listen.</summary>
    /// <exception cref="ListenFailedException">The address is in use or not of this machine.</exception>
    ValueTask<ITransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken);
}
