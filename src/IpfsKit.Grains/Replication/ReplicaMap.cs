using System.IO.Hashing;
using System.Runtime.InteropServices;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.Heat;
using IpfsKit.Grains.Nodes;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Replication;

/// <summary>Puts the copies of a root beside the silos that are up.</summary>
internal sealed class ReplicaMap(ClusterNodes nodes, NodeLoads loads, Absences absences, ReplicationFactors factors, ReplicationOptions options)
{
    /// <summary>Room that a silo keeps: it is no candidate for content that would leave it less.</summary>
    private const long Reserve = 64 << 20;

    // A root that was read less than about once in the last hours.
    private const double ReadHeat = 0.5;

    /// <summary>The numbers.</summary>
    public ReplicationFactors Factors => factors;

    /// <summary>Whether a silo is being decommissioned.</summary>
    public bool IsLeaving(PeerId node) => loads.IsLeaving(node);

    /// <summary>The situation of a root.</summary>
    /// <param name="root">The root.</param>
    /// <param name="state">Its state.</param>
    /// <param name="heat">Its heat.</param>
    /// <param name="now">The time.</param>
    /// <param name="avoid">Silos that have failed to hold it.</param>
    public ReplicaSituation Describe(Cid root, ContentState state, in RootHeat heat, DateTimeOffset now, IReadOnlySet<PeerId> avoid)
    {
        var active = nodes.List().ToDictionary(node => node.Node);
        var (standing, leaving, awaited) = (new List<NodeInfo>(), new List<PeerId>(), 0);
        var holders = new HashSet<PeerId>();
        foreach (var placement in state.Placements)
        {
            var node = PeerId.Parse(placement.Node);
            holders.Add(node);
            if (!active.TryGetValue(node, out var known))
                awaited += absences.Of(node) < options.RepairDelay ? 1 : 0;
            else if (loads.IsLeaving(node))
                leaving.Add(node);
            else
                standing.Add(known);
        }

        var underWay = (state.Operations ?? []).Select(operation => PeerId.Parse(operation.Node)).Where(node => active.ContainsKey(node) && !holders.Contains(node)).ToList();
        var wanted = factors.Wanted(state.Wanted ?? 0);
        return new ReplicaSituation
        {
            Wanted = wanted,
            Most = factors.Most(wanted),
            Standing = InOrderOfRelease(root, standing),
            Leaving = leaving,
            Awaited = awaited,
            UnderWay = underWay,
            Candidates = FindCandidates(root, state.DagBytes, active.Values, standing, node => holders.Contains(node) || underWay.Contains(node) || avoid.Contains(node)),
            IsRead = heat.Heat.Decay(now).Hour > ReadHeat,
        };
    }

    /// <summary>What callers see of it.</summary>
    public ReplicationStatus ToStatus(ContentState state, ReplicaSituation situation) => new()
    {
        Root = Cid.Parse(state.Root),
        Health = ReplicationPolicy.HealthOf(situation.Standing.Count, situation.Wanted, situation.Most),
        Copies = situation.Standing.Count,
        Wanted = situation.Wanted,
        Most = situation.Most,
        Replicas = [.. state.Placements.Select(placement => Describe(PeerId.Parse(placement.Node), placement.Since))],
        UnderWay = situation.UnderWay,
    };

    private ReplicaInfo Describe(PeerId node, DateTimeOffset since) => new()
    {
        Node = node,
        Since = since,
        State = !nodes.TryGet(node, out var known) ? ReplicaState.Down : loads.IsLeaving(node) ? ReplicaState.Leaving : ReplicaState.Up,
        Zone = known?.Zone,
    };

    /// <summary>Zones that have no copy yet first; among equals by lot, in which a silo has as many tickets as it has room, and which always falls the same way for a root.</summary>
    private List<PeerId> FindCandidates(Cid root, long bytes, IEnumerable<NodeInfo> active, List<NodeInfo> standing, Func<PeerId, bool> isTaken)
    {
        var zones = standing.Select(node => node.Zone).ToHashSet();
        var fitting = active.Where(node => node.Libp2pAddresses.Count > 0 && node.Role != NodeRole.Leecher && !isTaken(node.Node) && !loads.IsLeaving(node.Node) && HasRoom(node.Node, bytes))
            .OrderByDescending(node => Lot(root, node.Node)).ToList();
        var chosen = new List<PeerId>(fitting.Count);
        // One of each new zone, then the rest.
        foreach (var node in fitting)
        {
            if (zones.Add(node.Zone))
                chosen.Add(node.Node);
        }

        chosen.AddRange(fitting.Select(node => node.Node).Where(node => !chosen.Contains(node)));
        return chosen;
    }

    private bool HasRoom(PeerId node, long bytes) => loads.Find(node) is not { } load || load.FreeBytes - bytes >= Reserve;

    /// <summary>Those whose zone has most copies first; among equals the one with the worst lot.</summary>
    private List<PeerId> InOrderOfRelease(Cid root, List<NodeInfo> standing) =>
        [.. standing.OrderByDescending(node => standing.Count(other => other.Zone == node.Zone)).ThenBy(node => Lot(root, node.Node)).Select(node => node.Node)];

    /// <summary>Weighted rendezvous hashing.</summary>
    private double Lot(Cid root, PeerId node)
    {
        var text = string.Concat(root.ToString(), node.ToString());
        var hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan()));
        var uniform = ((hash >> 11) + 1) / (double)(1UL << 53);
        var weight = Math.Max(1, loads.Find(node)?.FreeBytes ?? Reserve);
        return weight / -Math.Log(Math.Min(uniform, 1 - double.Epsilon - 1e-16));
    }
}
