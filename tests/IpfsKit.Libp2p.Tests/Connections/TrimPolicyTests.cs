using CsCheck;
using IpfsKit.Libp2p.Connections;
using IpfsKit.Multiformats;
using static IpfsKit.Libp2p.Tests.Peers.TestPeers;

namespace IpfsKit.Libp2p.Tests.Connections;

public sealed class TrimPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PeerId[] Peers = [.. Enumerable.Range(0, 12).Select(_ => New())];

    [Fact]
    public void Select_Peers_LowestScoreFirst() =>
        Assert.Equal([Peers[1], Peers[2]], Select(1, Peer(0, score: 5), Peer(1, score: -1), Peer(2, score: 3)));

    [Fact]
    public void Select_ProtectedAndNew_AreLeftAlone() =>
        Assert.Equal([Peers[2]], Select(0, Peer(0) with { IsProtected = true }, Peer(1) with { Newest = Now }, Peer(2)));

    [Fact]
    public void Select_EqualScores_InboundThenIdleThenNewest() => Assert.Equal(
        [Peers[1], Peers[3], Peers[2], Peers[0]],
        Select(
            0,
            Peer(0) with { Streams = 0 },
            Peer(1) with { IsInbound = true, Streams = 3 },
            Peer(2) with { Streams = 0, Newest = Now - TimeSpan.FromMinutes(3) },
            Peer(3) with { Streams = 0, Newest = Now - TimeSpan.FromMinutes(2) }));

    [Fact]
    public void Select_AnyPeers_NeverTheProtectedAndNeverMoreThanNeeded()
    {
        var peer = Gen.Select(Gen.Int[1, 3], Gen.Int[-5, 5], Gen.Bool, Gen.Bool, Gen.Int[0, 4]);
        Gen.Select(peer.Array[0, 12], Gen.Int[0, 20]).Sample((items, low) =>
        {
            var peers = items.Select((item, i) => new TrimCandidate(Peers[i], item.Item1, Now - TimeSpan.FromMinutes(item.Item5), item.Item5, item.Item2, item.Item3, item.Item4)).ToArray();
            var chosen = TrimPolicy.Select(peers, low, Now - TimeSpan.FromMinutes(1));
            var closed = peers.Where(candidate => chosen.Contains(candidate.Peer)).ToArray();
            Assert.DoesNotContain(closed, candidate => candidate.IsProtected || candidate.Newest > Now - TimeSpan.FromMinutes(1));
            var left = peers.Sum(candidate => candidate.Connections) - closed.Sum(candidate => candidate.Connections);
            // Without the last one it would be too many still.
            Assert.True(closed.Length == 0 || left + closed.Max(candidate => candidate.Connections) > low);
            Assert.True(left <= low || peers.Except(closed).All(candidate => candidate.IsProtected || candidate.Newest > Now - TimeSpan.FromMinutes(1)));
        });
    }

    private static TrimCandidate Peer(int number, long score = 0) => new(Peers[number], 1, Now - TimeSpan.FromHours(1), 1, score, false, false);

    private static IReadOnlyList<PeerId> Select(int low, params TrimCandidate[] peers) => TrimPolicy.Select(peers, low, Now - TimeSpan.FromMinutes(1));
}
