using IpfsKit.Libp2p.Addresses;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Transports;

/// <summary>A way to make connections, for some kinds of addresses.</summary>
/// <remarks>Those that make raw ones implement <see cref="IRawTransport"/>.</remarks>
internal interface ITransport
{
    /// <summary>Whether its connections are <see cref="ISelfSecuredConnection"/>s. A host in a private network refuses such a transport when it is made.</summary>
    bool SecuresItself { get; }

    /// <summary>Whether the address, with or without <c>/p2p/…</c> at its end, is one that it dials. Addresses of <c>/dns…</c> have been resolved before, except where the name itself is needed (TLS, HTTP).</summary>
    bool CanDial(Multiaddr address);

    /// <summary>Whether the address is one that it listens on.</summary>
    bool CanListen(Multiaddr address);

    /// <summary>Whether each connection with an address takes a file descriptor: one that shares a datagram socket with others, or is a stream of another connection, takes none.</summary>
    bool UsesDescriptor(Multiaddr address) => address.GetIPAddress() is not null;

    /// <summary>Opens a connection to an address that may have been found under a name.</summary>
    /// <param name="address">One that <see cref="CanDial"/> takes; the address of a relay ends with the peer behind it.</param>
    /// <param name="name">The name; null if there is none. Most transports have no use for it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DialFailedException">Nobody answers, or not in this protocol.</exception>
    ValueTask<ITransportConnection> DialAsync(Multiaddr address, string? name, CancellationToken cancellationToken);

    /// <summary>Begins to listen.</summary>
    /// <exception cref="ListenFailedException">The address is in use or not of this machine.</exception>
    ValueTask<ITransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken);
}
