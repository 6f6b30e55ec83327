using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Dialing;

/// <summary>Dials one address.</summary>
internal interface IAddressDialer
{
    /// <summary>Whether there is a transport for an address.</summary>
    bool CanDial(Multiaddr address);

    /// <summary>Connects and upgrades. The peer's id is checked.</summary>
    /// <param name="peer">Who must be there.</param>
    /// <param name="address">Where.</param>
    /// <param name="name">The name that the address was found under; null if there is none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A session that is in the swarm.</returns>
    /// <exception cref="Libp2pException">It failed.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    Task<Session> DialAsync(PeerId peer, Multiaddr address, string? name, CancellationToken cancellationToken);
}
