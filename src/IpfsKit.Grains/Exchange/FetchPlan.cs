using IpfsKit.Libp2p.Peers;

namespace IpfsKit.Grains.Exchange;

/// <summary>Whom to ask for content.</summary>
/// <param name="Sources">What its content grain knows; null if it is no registered root.</param>
/// <param name="Peers">Peers that somebody named, then silos.</param>
/// <param name="AsksOutside">Whether anybody outside of the cluster is or may be asked.</param>
internal sealed record FetchPlan(ContentSources? Sources, IReadOnlyList<PeerInfo> Peers, bool AsksOutside)
{
    /// <summary>Whether there is anybody to ask.</summary>
    public bool HasAnybody => AsksOutside || Peers.Count > 0;
}
