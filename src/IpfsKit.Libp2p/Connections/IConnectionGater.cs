using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Connections;

/// <summary>Says with whom this host talks. Asked before a dial, when a connection comes, and when it is known who is at its other end. Thread-safe, fast, and without side effects: peers decide how often it is asked.</summary>
public interface IConnectionGater
{
    /// <summary>Whether a peer is welcome.</summary>
    bool AllowsPeer(PeerId peer, ConnectionDirection direction);

    /// <summary>Whether connections from or to an address are welcome.</summary>
    bool AllowsAddress(Multiaddr address, ConnectionDirection direction);
}
