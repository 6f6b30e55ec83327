using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Replication;

/// <summary>Decides about copies. Pure: a table of cases is its test.</summary>
internal static class ReplicationPolicy
{
    /// <summary>What to do when a holder asks what becomes of its copy.</summary>
    /// <remarks>
    /// <list type="bullet">
    /// <item>Copies that are missing are made: of those wanted, what neither stands nor is awaited nor under way.</item>
    /// <item>A holder that leaves may go when enough others stand; when no silo is left that could take its place, when one other stands.</item>
    /// <item>Above the most copies, the one that can best be spared is released, unless the root is being read: then copies near its readers are worth their room.</item>
    /// </list>
    /// One release at a time: the next decision sees one holder less.
    /// </remarks>
    public static ReplicaDecision Decide(ReplicaSituation situation, PeerId asking)
    {
        var missing = situation.Wanted - situation.Standing.Count - situation.Awaited - situation.UnderWay.Count;
        IReadOnlyList<PeerId> start = missing > 0 ? [.. situation.Candidates.Take(missing)] : [];
        return new ReplicaDecision(start, MayGo(situation, asking, start.Count) ? asking : null);
    }

    /// <summary>The silos that must be told to hold it for a number of copies to stand.</summary>
    public static IReadOnlyList<PeerId> Missing(ReplicaSituation situation, int copies) =>
        [.. situation.Candidates.Take(Math.Max(0, copies - situation.Standing.Count - situation.UnderWay.Count))];

    /// <summary>How well a root is replicated.</summary>
    public static ReplicationHealth HealthOf(int standing, int wanted, int most) =>
        standing == 0 ? ReplicationHealth.Poor
        : standing < wanted ? ReplicationHealth.Fair
        : standing < most ? ReplicationHealth.Good
        : ReplicationHealth.Excellent;

    private static bool MayGo(ReplicaSituation situation, PeerId asking, int started)
    {
        if (situation.Leaving.Contains(asking))
        {
            var isComing = started > 0 || situation.UnderWay.Count > 0;
            return situation.Standing.Count >= (isComing ? situation.Wanted : Math.Min(1, situation.Wanted));
        }

        return situation.Standing.Count > situation.Most && !situation.IsRead && situation.Standing[0] == asking;
    }
}
