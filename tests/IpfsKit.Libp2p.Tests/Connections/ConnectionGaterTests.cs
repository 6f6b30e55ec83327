using IpfsKit.Libp2p.Connections;
using IpfsKit.Multiformats;
using static IpfsKit.Libp2p.Tests.Peers.TestPeers;

namespace IpfsKit.Libp2p.Tests.Connections;

public sealed class ConnectionGaterTests
{
    private readonly ConnectionGater _gater = new();

    [Fact]
    public void Gater_WithoutLists_AllowsAll()
    {
        Assert.True(Allows(Alice));
        Assert.True(Allows("/ip4/203.0.113.1/tcp/1"));
        Assert.True(Allows("/dns/a.example/tcp/1"));
    }

    [Fact]
    public void Gater_Denied_IsDeniedUntilItIsTakenOff()
    {
        _gater.Deny(Alice);
        _gater.DenyNetwork("203.0.113.0/24");
        Assert.False(Allows(Alice));
        Assert.True(Allows(Bob));
        Assert.False(Allows("/ip4/203.0.113.1/tcp/1"));
        Assert.True(Allows("/ip4/203.0.114.1/tcp/1"));

        _gater.Undeny(Alice);
        _gater.UndenyNetwork("203.0.113.0/24");
        Assert.True(Allows(Alice));
        Assert.True(Allows("/ip4/203.0.113.1/tcp/1"));
    }

    [Fact]
    public void Gater_AnythingAllowed_TheRestIsNot()
    {
        _gater.Allow(Alice);
        _gater.AllowNetwork("10.0.0.0/8");
        Assert.True(Allows(Alice));
        Assert.False(Allows(Bob));
        Assert.True(Allows("/ip4/10.0.0.1/tcp/1"));
        Assert.False(Allows("/ip4/203.0.113.1/tcp/1"));
        Assert.False(Allows("/dns/a.example/tcp/1"));

        _gater.Deny(Alice);
        Assert.False(Allows(Alice));
        _gater.Disallow(Alice);
        _gater.DisallowNetwork("10.0.0.0/8");
        Assert.True(Allows(Bob));
        Assert.True(Allows("/ip4/203.0.113.1/tcp/1"));
    }

    [Fact]
    public void Gater_NoNetwork_IsRefused() => Assert.Throws<FormatException>(() => _gater.DenyNetwork("somewhere"));

    private bool Allows(PeerId peer) => _gater.AllowsPeer(peer, ConnectionDirection.Inbound);

    private bool Allows(string address) => _gater.AllowsAddress(Multiaddr.Parse(address), ConnectionDirection.Inbound);
}
