using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Connections;

/// <summary>The connections, for the connection manager.</summary>
internal interface ITrimmable
{
    /// <summary>How many there are.</summary>
    int ConnectionCount { get; }

    /// <summary>The connected peers; score and protection are filled in by the caller.</summary>
    IReadOnlyList<TrimCandidate> GetPeers();

    /// <summary>Closes all connections of a peer.</summary>
    /// <returns>How many there were.</returns>
    Task<int> CloseAsync(PeerId peer, CancellationToken cancellationToken);
}
