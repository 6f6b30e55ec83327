using System.Net;
using IpfsKit.Libp2p.Addresses;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.Addresses;

public sealed class AddressManagerTests
{
    private static readonly Multiaddr Listener = Multiaddr.Parse("/ip4/192.168.1.7/tcp/4001");
    private static readonly Multiaddr Observed = Multiaddr.Parse("/ip4/203.0.113.1/tcp/4001");

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Listeners_OnAllAddresses_BecomeThoseOfTheMachine()
    {
        var manager = Manager(new AddressOptions(), "192.168.1.7", "127.0.0.1", "2001:db8::7");
        manager.SetListeners([Multiaddr.Parse("/ip4/0.0.0.0/tcp/4001"), Multiaddr.Parse("/ip6/::/tcp/4002/ws"), Multiaddr.Parse("/memory/a")]);
        Assert.Equal(["/ip4/192.168.1.7/tcp/4001", "/ip4/127.0.0.1/tcp/4001", "/ip6/2001:db8::7/tcp/4002/ws", "/memory/a"], manager.Addresses.Select(address => address.ToString()));
    }

    [Fact]
    public void Announce_IsToldInsteadAndAppendBesides()
    {
        var manager = Manager(new AddressOptions { Announce = ["/dns/a.example/tcp/1"], AppendAnnounce = ["/dns/b.example/tcp/1"] });
        manager.SetListeners([Listener]);
        Assert.Equal(["/dns/a.example/tcp/1", "/dns/b.example/tcp/1"], manager.Addresses.Select(address => address.ToString()));
        Assert.Equal([Listener], manager.Listening);
    }

    [Fact]
    public void NoAnnounce_NetworksAndAddresses_AreNotTold()
    {
        var manager = Manager(new AddressOptions { NoAnnounce = ["192.168.0.0/16", "/ip4/10.0.0.0/ipcidr/8", "/memory/a"] });
        manager.SetListeners([Listener, Multiaddr.Parse("/ip4/10.1.2.3/tcp/1"), Multiaddr.Parse("/memory/a"), Observed]);
        Assert.Equal([Observed], manager.Addresses);
    }

    [Fact]
    public void Observed_ByEnoughParties_IsToldUntilItIsOld()
    {
        var changes = 0;
        var manager = Manager(new AddressOptions());
        manager.SetListeners([Listener]);
        manager.Changed += () => changes++;
        for (var i = 1; i <= 3; i++)
            Observe(manager, $"/ip4/198.51.100.{i}/tcp/5");
        Assert.DoesNotContain(Observed, manager.Addresses);

        Observe(manager, "/ip4/198.51.100.4/tcp/5");
        Assert.Equal([Observed, Listener], manager.Addresses);
        Assert.Equal(1, changes);

        _time.Advance(new AddressOptions().ObservationLifetime);
        manager.NotifyIfChanged();
        Assert.Equal([Listener], manager.Addresses);
        Assert.Equal(2, changes);
    }

    [Fact]
    public void Observed_ByOnePartyWithManyPeers_IsNotTold()
    {
        var manager = Manager(new AddressOptions());
        manager.SetListeners([Listener]);
        for (var i = 0; i < 100; i++)
        {
            Observe(manager, $"/ip4/198.51.100.1/tcp/{i + 1}");
            Observe(manager, $"/ip6/2001:db8:0:1{i % 10}::{i}/tcp/1");
        }

        Assert.DoesNotContain(Observed, manager.Addresses);
    }

    [Theory]
    [InlineData("/ip4/203.0.113.1/tcp/4001", "/ip4/192.168.1.7/tcp/50000")]
    [InlineData("/ip4/203.0.113.1/tcp/4001/ws", "/ip4/192.168.1.7/tcp/4001")]
    [InlineData("/ip4/10.0.0.1/tcp/4001", "/ip4/192.168.1.7/tcp/4001")]
    [InlineData("/dns/a.example/tcp/4001", "/ip4/192.168.1.7/tcp/4001")]
    [InlineData("/ip6/64:ff9b::cb00:7101/tcp/4001", "/ip4/192.168.1.7/tcp/4001")]
    public void Observed_OfNoUse_IsNotCounted(string observed, string local)
    {
        var manager = Manager(new AddressOptions { ObservationThreshold = 1 });
        manager.SetListeners([Listener]);
        manager.AddObservation(Multiaddr.Parse(observed), Multiaddr.Parse(local), Multiaddr.Parse("/ip4/198.51.100.1/tcp/5"), Ended());
        Assert.Equal(0, manager.Observed.Count);
    }

    [Fact]
    public void Observations_ByLiars_AreBounded()
    {
        var manager = Manager(new AddressOptions { MaxObservations = 16 });
        manager.SetListeners([Listener]);
        for (var i = 0; i < 1000; i++)
            manager.AddObservation(Multiaddr.Parse($"/ip4/203.0.{i / 250}.{(i % 250) + 1}/tcp/4001"), Listener, Multiaddr.Parse($"/ip4/198.51.{i % 200}.1/tcp/5"), Ended());
        Assert.Equal(16, manager.Observed.Count);
        for (var i = 0; i < 100; i++)
            manager.AddObservation(Multiaddr.Parse($"/ip4/203.0.113.{i + 1}/tcp/4001"), Listener, Multiaddr.Parse("/ip4/9.9.9.9/tcp/5"), Ended());
        Assert.Empty(manager.Observed.GetActive());
    }

    [Fact]
    public void Observed_OverConnectionsThatStayOpen_IsToldAsLongAsTheyAre()
    {
        var manager = Manager(new AddressOptions());
        manager.SetListeners([Listener]);
        var connections = Enumerable.Range(1, 4).Select(_ => new TaskCompletionSource()).ToArray();
        for (var i = 0; i < 4; i++)
            Observe(manager, $"/ip4/198.51.100.{i + 1}/tcp/5", connections[i].Task);

        _time.Advance(TimeSpan.FromDays(7));
        Assert.Equal([Observed, Listener], manager.Addresses);

        connections[0].SetResult();
        _time.Advance(new AddressOptions().ObservationLifetime - TimeSpan.FromSeconds(1));
        Assert.Contains(Observed, manager.Addresses);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([Listener], manager.Addresses);

        foreach (var connection in connections[1..])
            connection.SetResult();
        Assert.Equal(0, manager.Observed.ConnectionCount);
        _time.Advance(new AddressOptions().ObservationLifetime);
        manager.Observed.GetActive();
        Assert.Equal(0, manager.Observed.Count);
    }

    [Fact]
    public void Observed_OverOneConnectionThatSaysManyThings_IsTheLast()
    {
        var manager = Manager(new AddressOptions { ObservationThreshold = 1, MaxObservations = 16 });
        manager.SetListeners([Listener]);
        var connection = new TaskCompletionSource();
        for (var i = 1; i <= 100; i++)
            manager.AddObservation(Multiaddr.Parse($"/ip4/203.0.113.{i}/tcp/4001"), Listener, Multiaddr.Parse("/ip4/198.51.100.1/tcp/5"), connection.Task);
        Assert.Equal((ObservedAddresses.MaxPerObserver, 1), (manager.Observed.Count, manager.Observed.ConnectionCount));

        // What it said before is as that of a connection that has ended.
        _time.Advance(new AddressOptions().ObservationLifetime);
        Assert.Equal([Multiaddr.Parse("/ip4/203.0.113.100/tcp/4001")], manager.Observed.GetActive());

        // It makes room for others, and ends later.
        for (var i = 0; i < 16; i++)
            Observe(manager, $"/ip4/198.51.{i}.9/tcp/5");
        connection.SetResult();
        Assert.Equal((16, 0), (manager.Observed.Count, manager.Observed.ConnectionCount));
    }

    private static Task<object> Ended() => Task.FromResult(new object());

    private static void Observe(AddressManager manager, string observer, Task? closed = null) => manager.AddObservation(Observed, Listener, Multiaddr.Parse(observer), closed ?? Ended());

    private AddressManager Manager(AddressOptions options, params string[] machine) => new(options, new FakeInterfaces([.. machine.Select(IPAddress.Parse)]), _time);

    private sealed record FakeInterfaces(IReadOnlyList<IPAddress> Addresses) : INetworkInterfaces
    {
        public IReadOnlyList<IPAddress> GetAddresses() => Addresses;
    }
}
