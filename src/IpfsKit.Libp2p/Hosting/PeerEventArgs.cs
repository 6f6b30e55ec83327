using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>Something happened with a peer.</summary>
public sealed class PeerEventArgs(PeerId peerId, ISession session) : EventArgs
{
    /// <summary>The peer.</summary>
    public PeerId PeerId { get; } = peerId;

    /// <summary>The connection by which it happened.</summary>
    public ISession Session { get; } = session;
}
