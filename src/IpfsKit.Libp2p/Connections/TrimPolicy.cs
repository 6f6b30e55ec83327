using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Connections;

/// <summary>Whose connections are closed when there are too many.</summary>
internal static class TrimPolicy
{
    /// <summary>Chooses peers: those with the lowest score first; of equal ones those that opened the connections themselves, then those with fewer streams, then the ones that came last.</summary>
    /// <param name="peers">All that are connected.</param>
    /// <param name="lowWater">How many connections may be left.</param>
    /// <param name="newerThan">Peers with a connection that was opened after this are left alone.</param>
    /// <returns>The peers of which all connections are closed. Fewer than needed if the others are protected or new.</returns>
    public static IReadOnlyList<PeerId> Select(IReadOnlyList<TrimCandidate> peers, int lowWater, DateTimeOffset newerThan)
    {
        var excess = peers.Sum(peer => peer.Connections) - lowWater;
        var chosen = new List<PeerId>();
        var order = peers
            .Where(peer => !peer.IsProtected && peer.Newest <= newerThan)
            .OrderBy(peer => peer.Score)
            .ThenByDescending(peer => peer.IsInbound)
            .ThenBy(peer => peer.Streams)
            .ThenByDescending(peer => peer.Newest);
        foreach (var peer in order)
        {
            if (excess <= 0)
                break;
            excess -= peer.Connections;
            chosen.Add(peer.Peer);
        }

        return chosen;
    }
}
