using IpfsKit.Grains.Replication;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Tests.Replication;

/// <summary>What is decided about copies, case by case. Silos are letters; the one who asks is <c>a</c>.</summary>
public sealed class ReplicationPolicyTests
{
    [Theory]
    // standing, leaving, awaited, under way, candidates, read -> started, released
    [InlineData("abc", "", 0, "", "def", false, "", false)]
    [InlineData("ab", "", 0, "", "def", false, "d", false)]
    [InlineData("a", "", 0, "", "def", false, "de", false)]
    [InlineData("a", "", 0, "", "d", false, "d", false)]
    [InlineData("a", "", 0, "", "", false, "", false)]
    // A silo that has just gone is waited for; one that was told is, too.
    [InlineData("ab", "", 1, "", "def", false, "", false)]
    [InlineData("a", "", 1, "", "def", false, "d", false)]
    [InlineData("ab", "", 0, "c", "def", false, "", false)]
    // Up to four may be; of five the first in the order of release goes, and only if it asks, and nobody reads.
    [InlineData("abcd", "", 0, "", "ef", false, "", false)]
    [InlineData("abcde", "", 0, "", "f", false, "", true)]
    [InlineData("bacde", "", 0, "", "f", false, "", false)]
    [InlineData("abcde", "", 0, "", "f", true, "", false)]
    // One that leaves goes when enough others hold it; before, others are told to.
    [InlineData("bc", "a", 0, "", "def", false, "d", false)]
    [InlineData("bc", "a", 0, "d", "ef", false, "", false)]
    [InlineData("bcd", "a", 0, "", "ef", false, "", true)]
    // Nobody could take its place: one other copy will do, none will not.
    [InlineData("b", "a", 0, "", "", false, "", true)]
    [InlineData("", "a", 0, "", "", false, "", false)]
    [InlineData("", "a", 0, "", "b", false, "b", false)]
    [InlineData("", "ab", 0, "", "", false, "", false)]
    public void Decide_Case_Outcome(string standing, string leaving, int awaited, string underWay, string candidates, bool isRead, string started, bool released)
    {
        var situation = new ReplicaSituation
        {
            Wanted = 3,
            Most = 4,
            Standing = Peers(standing),
            Leaving = Peers(leaving),
            Awaited = awaited,
            UnderWay = Peers(underWay),
            Candidates = Peers(candidates),
            IsRead = isRead,
        };

        var decision = ReplicationPolicy.Decide(situation, Peers("a")[0]);

        Assert.Equal(Peers(started), decision.Start);
        Assert.Equal(released ? Peers("a")[0] : null, decision.Release);
    }

    [Theory]
    [InlineData(0, ReplicationHealth.Poor)]
    [InlineData(1, ReplicationHealth.Fair)]
    [InlineData(2, ReplicationHealth.Fair)]
    [InlineData(3, ReplicationHealth.Good)]
    [InlineData(4, ReplicationHealth.Excellent)]
    [InlineData(5, ReplicationHealth.Excellent)]
    public void Health_OfCopies_IsAsInTheSeed(int standing, ReplicationHealth health) => Assert.Equal(health, ReplicationPolicy.HealthOf(standing, wanted: 3, most: 4));

    [Theory]
    [InlineData(NodeRole.Worker, false, 3)]
    [InlineData(NodeRole.Master, false, 4)]
    [InlineData(NodeRole.Leecher, false, 1)]
    [InlineData(NodeRole.Master, true, 1)]
    public void Factor_OfARole_IsAsInTheDesign(NodeRole role, bool isEmbedded, int copies) => Assert.Equal(copies, new ReplicationFactors(new ReplicationOptions(), role, isEmbedded).Own);

    private static PeerId[] Peers(string letters) => [.. letters.Select(letter => TestPeers.Of(letter))];
}
