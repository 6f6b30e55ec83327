using IpfsKit.Libp2p.Dialing;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Dialing;

public sealed class DialRankerTests
{
    private const string Near = "/ip4/192.168.1.7/tcp/1";
    private const string FarPrivate = "/ip4/10.9.9.9/tcp/1";
    private const string Public4 = "/ip4/203.0.113.1/tcp/1";
    private const string Public6 = "/ip6/2001:db8::1/tcp/1";
    private const string Relayed = "/ip4/203.0.113.9/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N/p2p-circuit";

    [Fact]
    public void Rank_AddressesOfAllKinds_NearFirstRelayedLast() =>
        Assert.Equal(
            [(Near, 0), (Public6, 30), (Public4, 280), (FarPrivate, 530), (Relayed, 1280)],
            Rank([Relayed, FarPrivate, Public4, Public6, Near]));

    [Fact]
    public void Rank_LoopbackAndLan_HaveShortHeadStarts() =>
        Assert.Equal([("/ip4/127.0.0.1/tcp/1", 0), (Near, 30)], Rank(["/ip4/127.0.0.1/tcp/1", Near]));

    [Fact]
    public void Rank_RelayedOnly_AreDialledAtOnce() => Assert.Equal([(Relayed, 0)], Rank([Relayed]));

    [Fact]
    public void Rank_AddressThatWorkedBefore_ComesBeforeItsEquals() =>
        Assert.Equal([(Public4, 0), (Public6, 250)], Rank([Public6, Public4], address => address.ToString() == Public4 ? 1 : 0));

    [Fact]
    public void Rank_MoreThanTheBound_TheBestAreDialled()
    {
        var addresses = Enumerable.Range(0, 500).Select(i => $"/ip4/203.0.{i / 250}.{(i % 250) + 1}/tcp/1").Append(Near).ToArray();
        var ranked = Rank(addresses);
        Assert.Equal(64, ranked.Length);
        Assert.Equal(Near, ranked[0].Address);
    }

    private static (string Address, int Milliseconds)[] Rank(string[] addresses, Func<Multiaddr, int>? score = null) =>
    [
        .. new DialRanker(new DialOptions())
            .Rank(addresses.Select(Multiaddr.Parse), address => address.ToString().StartsWith("/ip4/192.168.1.", StringComparison.Ordinal), score ?? (_ => 0))
            .Select(candidate => (candidate.Address.ToString(), (int)candidate.Delay.TotalMilliseconds)),
    ];
}
