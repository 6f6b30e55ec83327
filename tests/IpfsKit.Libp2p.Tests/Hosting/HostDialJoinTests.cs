using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Dns;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Libp2p.Tests.Dns;
using IpfsKit.Libp2p.Tests.Peers;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.Hosting;

/// <summary>Dials that get more addresses while they are under way: from other callers, and from names.</summary>
public sealed class HostDialJoinTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeInternet _internet = new();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeDns _dns = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connect_WhileThePeerIsDialled_ItsAddressesAreTriedToo(bool isForced)
    {
        await using var alice = await StartAsync();
        await using var bob = await _internet.StartAsync("192.0.2.1");
        var first = alice.Host.ConnectAsync(new PeerInfo(bob.PeerId, [TestPeers.Address(1)]), Cancellation);
        await UnansweredAsync(1);

        var second = isForced
            ? alice.Host.DialAsync(bob.Info.Addresses[0].Encapsulate(Multiaddr.FromPeerId(bob.PeerId)), Cancellation)
            : alice.Host.ConnectAsync(bob.Info, Cancellation);

        // Long before the first address is given up.
        await AdvanceUntilAsync(second, TimeSpan.FromSeconds(1));
        Assert.Same(await second, await first);
        Assert.Single(alice.Host.Sessions);
        await UnansweredAsync(0);
    }

    [Fact]
    public async Task Connect_WhileADialHasAsManyAddressesAsItTries_TriesItsOwnAfterIt()
    {
        await using var alice = await StartAsync(options => options.Dialing.MaxAddresses = 2);
        await using var bob = await _internet.StartAsync("192.0.2.1");
        var first = alice.Host.ConnectAsync(new PeerInfo(bob.PeerId, [TestPeers.Address(1), TestPeers.Address(2)]), Cancellation);
        await UnansweredAsync(1);

        var second = alice.Host.ConnectAsync(bob.Info, Cancellation);
        await AdvanceUntilAsync(second, TimeSpan.FromSeconds(40));

        Assert.Equal(bob.PeerId, (await second).RemotePeer);
        await Assert.ThrowsAsync<PeerUnreachableException>(() => first);
    }

    [Fact]
    public async Task Connect_DoneByAnotherCallerMeanwhile_MakesNoSecondConnection()
    {
        var gater = new MeddlingGater();
        await using var alice = await StartAsync(build: builder => builder.Services.AddSingleton<IConnectionGater>(gater));
        await using var bob = await _internet.StartAsync("192.0.2.1");
        // Between this caller's look at the connections and its dial another caller's dial begins and ends.
        gater.OnPeer = () => Task.Run(() => alice.Host.ConnectAsync(bob.Info, Cancellation), Cancellation).Wait(Patience, Cancellation);

        var session = await alice.Host.ConnectAsync(bob.Info, Cancellation);

        Assert.Same(session, Assert.Single(alice.Host.Sessions));
        Assert.Equal(1, _internet.Dials);
    }

    [Fact]
    public async Task Connect_NameThatIsNotAnswered_DoesNotHoldUpTheOthers()
    {
        await using var alice = await StartAsync();
        await using var bob = await _internet.StartAsync("192.0.2.1");
        _dns.Hangs = true;

        var session = await alice.Host.ConnectAsync(new PeerInfo(bob.PeerId, [Multiaddr.Parse("/dns4/hangs.example/tcp/4001"), .. bob.Info.Addresses]), Cancellation).WaitAsync(Patience, Cancellation);

        Assert.Equal(bob.PeerId, session.RemotePeer);
    }

    [Fact]
    public async Task Connect_NameAndAddressThatDoNotAnswer_TheNameIsResolvedBesideTheDial()
    {
        await using var alice = await StartAsync();
        await using var bob = await _internet.StartAsync("192.0.2.1");
        _dns.Add("bob.example", "192.0.2.1");

        var connecting = alice.Host.ConnectAsync(new PeerInfo(bob.PeerId, [TestPeers.Address(1), Multiaddr.Parse("/dns4/bob.example/tcp/4001")]), Cancellation);
        await AdvanceUntilAsync(connecting, TimeSpan.FromSeconds(1));

        Assert.Equal(bob.PeerId, (await connecting).RemotePeer);
    }

    [Fact]
    public async Task Connect_ManyNamesThatAreNotAnswered_AskAFewAtOnceAndEndAtTheDeadlineOfTheWhole()
    {
        await using var alice = await StartAsync();
        _dns.Hangs = true;
        var dial = alice.Host.ConnectAsync(new PeerInfo(TestPeers.Carol, [.. Enumerable.Range(0, 64).Select(i => Multiaddr.Parse($"/dns4/{i}.example/tcp/1"))]), Cancellation);
        await Eventually.TrueAsync("some are asked", () => Task.FromResult(_dns.Questions == 8), Patience, Cancellation);

        // Ten seconds each would be more than a minute, whoever asks first.
        for (var seconds = 0; seconds < 59; seconds++)
            _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(dial.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        var failure = await Assert.ThrowsAsync<PeerUnreachableException>(() => dial.WaitAsync(Patience, Cancellation));
        Assert.Contains("60 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_AddressesThatAreGiven_AreKnownForAWhile()
    {
        await using var alice = await StartAsync();
        var dial = alice.Host.ConnectAsync(new PeerInfo(TestPeers.Carol, [TestPeers.Address(1)]), Cancellation);
        await UnansweredAsync(1);
        Assert.Equal([TestPeers.Address(1)], alice.Host.PeerStore.GetAddresses(TestPeers.Carol));

        await AdvanceUntilAsync(dial, TimeSpan.FromSeconds(20));
        await Assert.ThrowsAsync<PeerUnreachableException>(() => dial);
        _time.Advance(TimeSpan.FromMinutes(2));

        Assert.Empty(alice.Host.PeerStore.GetAddresses(TestPeers.Carol));
    }

    [Fact]
    public async Task Connect_AddressThatThePeerDoesNotName_IsKnownAfterwards()
    {
        await using var alice = await StartAsync();
        await using var bob = await _internet.StartAsync("192.0.2.1", options => options.Addresses.Announce.Add("/ip4/192.0.2.77/tcp/1"));
        await alice.Host.DialAsync(Multiaddr.Parse($"/ip4/192.0.2.1/tcp/4001/p2p/{bob.PeerId}"), Cancellation);
        await alice.IdentifiedAsync(bob.PeerId);
        await alice.Host.DisconnectAsync(bob.PeerId, Cancellation);
        _time.Advance(TimeSpan.FromMinutes(5));

        var again = alice.Host.ConnectAsync(new PeerInfo(bob.PeerId), Cancellation);
        await AdvanceUntilAsync(again, TimeSpan.FromSeconds(5));

        Assert.Equal(bob.PeerId, (await again).RemotePeer);
    }

    private Task<TestHost> StartAsync(Action<Libp2pOptions>? configure = null, Action<ILibp2pBuilder>? build = null) => _internet.StartAsync(
        "198.51.100.1",
        configure,
        _time,
        builder =>
        {
            builder.Services.AddSingleton<IDnsResolver>(_dns);
            build?.Invoke(builder);
        });

    private async Task AdvanceUntilAsync(Task task, TimeSpan most)
    {
        var end = _time.GetUtcNow() + most;
        await Eventually.TrueAsync(
            "the dial ends",
            () =>
            {
                if (!task.IsCompleted && _time.GetUtcNow() < end)
                    _time.Advance(TimeSpan.FromMilliseconds(50));
                return Task.FromResult(task.IsCompleted);
            },
            Patience,
            Cancellation);
    }

    private Task UnansweredAsync(int count) =>
        Eventually.TrueAsync($"{count} dials wait", () => Task.FromResult(_internet.Unanswered == count), Patience, Cancellation);

    /// <summary>Allows everything, and does something the first time that it is asked about a dial.</summary>
    private sealed class MeddlingGater : IConnectionGater
    {
        private Action? _onPeer;

        public Action OnPeer
        {
            set => _onPeer = value;
        }

        public bool AllowsPeer(PeerId peer, ConnectionDirection direction)
        {
            if (direction == ConnectionDirection.Outbound)
                Interlocked.Exchange(ref _onPeer, null)?.Invoke();
            return true;
        }

        public bool AllowsAddress(Multiaddr address, ConnectionDirection direction) => true;
    }
}
