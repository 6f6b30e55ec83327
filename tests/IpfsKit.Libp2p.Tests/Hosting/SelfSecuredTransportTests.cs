using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Libp2p.PrivateNetworks;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Tests.Muxing.Yamux;
using IpfsKit.Libp2p.Tests.Peers;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.Hosting;

/// <summary>Whole hosts over a transport whose connections are secured and multiplexed already, as QUIC's are: all that holds for raw ones holds for them.</summary>
public sealed class SelfSecuredTransportTests
{
    private const string HubIp = "198.51.100.1";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hosts_DialAndListen_HaveStreamsAndLeaveNothingBehind()
    {
        var network = new FakeDatagrams();
        await using var alice = await network.StartAsync("203.0.113.5");
        await using var bob = await network.StartAsync(HubIp);
        var baselines = (Usage(alice), Usage(bob));
        HostTests.SetEcho(alice);
        HostTests.SetEcho(bob);

        var session = await alice.Host.ConnectAsync(bob.Info, Cancellation);
        await alice.IdentifiedAsync(bob.PeerId);
        await bob.IdentifiedAsync(alice.PeerId);

        Assert.Equal((bob.PeerId, FakeDatagrams.AddressOf(HubIp)), (session.RemotePeer, session.RemoteAddress));
        Assert.Equal("over there", await HostTests.EchoAsync(alice, bob.PeerId, "over there"));
        Assert.Equal("and back", await HostTests.EchoAsync(bob, alice.PeerId, "and back"));
        // Its socket is the listener's, and is shared by all.
        Assert.Equal((1, baselines.Item1.Descriptors), (Usage(alice).Connections, Usage(alice).Descriptors));
        Assert.Equal((1, baselines.Item2.Descriptors), (Usage(bob).Connections, Usage(bob).Descriptors));
        Assert.Contains("direction=inbound,outcome=done", bob.Metrics.TagsOf("libp2p.upgrade.duration"));

        await alice.Host.DisconnectAsync(bob.PeerId, Cancellation);
        await AssertBackAtAsync(alice, baselines.Item1);
        await AssertBackAtAsync(bob, baselines.Item2);
    }

    [Fact]
    public async Task Host_WithRawConnectionsToo_TakesBoth()
    {
        var (network, internet) = (new FakeDatagrams(), new FakeInternet());
        await using var hub = await internet.StartAsync(HubIp, options => options.ListenAddresses.Add(FakeDatagrams.AddressOf(HubIp).ToString()), build: builder => network.AddTo(builder, HubIp));
        await using var raw = await internet.StartAsync("203.0.113.5");
        await using var selfSecured = await network.StartAsync("203.0.113.6");
        HostTests.SetEcho(hub);

        Assert.True((await raw.Host.ConnectAsync(hub.Info, Cancellation)).RemoteAddress.Contains(Multicodec.Tcp));
        Assert.True((await selfSecured.Host.ConnectAsync(hub.Info, Cancellation)).RemoteAddress.Contains(Multicodec.QuicV1));

        Assert.Equal("raw", await HostTests.EchoAsync(raw, hub.PeerId, "raw"));
        Assert.Equal("muxed", await HostTests.EchoAsync(selfSecured, hub.PeerId, "muxed"));
    }

    /// <summary>A host behind a router to which nobody can connect yet learns where it is from those whom it dials, if it dials from the socket on which it listens.</summary>
    [Fact]
    public async Task Addresses_ThatPeersObserveOnOutboundConnections_AreTold()
    {
        var network = new FakeDatagrams();
        await using var inside = await network.StartAsync("192.168.1.7", seenAs: "203.0.113.5");
        var peers = new List<TestHost>();
        try
        {
            for (var i = 1; i <= 4; i++)
            {
                Assert.DoesNotContain(FakeDatagrams.AddressOf("203.0.113.5"), inside.Host.LocalPeer.Addresses);
                peers.Add(await network.StartAsync($"198.51.100.{i}"));
                await inside.Host.ConnectAsync(peers[^1].Info, Cancellation);
                await inside.IdentifiedAsync(peers[^1].PeerId);
            }

            Assert.All(inside.Host.Sessions, session => Assert.Equal(ConnectionDirection.Outbound, session.Direction));
            Assert.Equal([FakeDatagrams.AddressOf("203.0.113.5"), FakeDatagrams.AddressOf("192.168.1.7")], inside.Host.LocalPeer.Addresses);
        }
        finally
        {
            foreach (var peer in peers)
                await peer.DisposeAsync();
        }
    }

    [Fact]
    public async Task Addresses_ThatPeersObserveOfAPortThatNobodyListensOn_AreNotCounted()
    {
        var internet = new FakeInternet();
        await using var dialer = await internet.StartAsync("203.0.113.5", options => options.Addresses.ObservationThreshold = 1);
        await using var peer = await internet.StartAsync(HubIp);

        await dialer.Host.ConnectAsync(peer.Info, Cancellation);
        await dialer.IdentifiedAsync(peer.PeerId);

        Assert.Equal(0, dialer.Host.Parts.Addresses.Observed.Count);
        Assert.Equal(dialer.Host.LocalPeer.ListenAddresses, dialer.Host.LocalPeer.Addresses);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connect_SomebodyElseAnswers_Fails(bool isCredulous)
    {
        // The host looks itself, and need not trust a transport to do it.
        var network = new FakeDatagrams { IsCredulous = isCredulous };
        await using var alice = await network.StartAsync("203.0.113.5");
        await using var bob = await network.StartAsync(HubIp);
        var baselines = (Usage(alice), Usage(bob));

        var failure = await Assert.ThrowsAsync<PeerUnreachableException>(() => alice.Host.ConnectAsync(new PeerInfo(TestPeers.Carol, bob.Info.Addresses), Cancellation));

        var mismatch = Assert.IsType<PeerIdMismatchException>(Assert.Single(failure.Failures).Value);
        Assert.Equal((TestPeers.Carol, bob.PeerId), (mismatch.Expected, mismatch.Actual));
        await AssertBackAtAsync(alice, baselines.Item1);
        await AssertBackAtAsync(bob, baselines.Item2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Gater_OfTheListener_RefusesNetworksBeforeTheHandshakeAndPeersAfterIt(bool isNetwork)
    {
        var network = new FakeDatagrams();
        await using var alice = await network.StartAsync("203.0.113.5");
        await using var hub = await network.StartAsync(HubIp);
        var baseline = Usage(hub);
        var gater = (ConnectionGater)hub.Services.GetRequiredService<IConnectionGater>();
        if (isNetwork)
            gater.DenyNetwork("203.0.113.0/24");
        else
            gater.Deny(alice.PeerId);

        // Who dials learns of it as late as the first stream: its own handshake may be over.
        await ConnectUntilItFailsAsync(alice, hub);

        await Eventually.TrueAsync("it was counted", () => Task.FromResult(hub.Metrics.TagsOf("libp2p.connection.gated").Contains("direction=inbound")), Patience, Cancellation);
        Assert.Equal(isNetwork, network.HandshakesOf(HubIp) == 0);
        Assert.False(hub.Host.IsConnected(alice.PeerId));
        await AssertBackAtAsync(hub, baseline);
    }

    [Fact]
    public async Task Gater_OfTheDialer_RefusesBeforeTheHandshake()
    {
        var network = new FakeDatagrams();
        await using var alice = await network.StartAsync("203.0.113.5");
        await using var hub = await network.StartAsync(HubIp);
        var baseline = Usage(alice);
        ((ConnectionGater)alice.Services.GetRequiredService<IConnectionGater>()).DenyNetwork($"{HubIp}/32");

        await Assert.ThrowsAnyAsync<Libp2pException>(() => alice.Host.ConnectAsync(hub.Info, Cancellation));

        Assert.Equal(0, network.HandshakesOf("203.0.113.5"));
        await AssertBackAtAsync(alice, baseline);
    }

    [Fact]
    public async Task Connections_ManyOfOneAddress_AreRefused()
    {
        var network = new FakeDatagrams();
        await using var hub = await network.StartAsync(HubIp, options => options.Resources.ConnectionsPerIPv4 = 1);
        await using var first = await network.StartAsync("203.0.113.5", options => options.ListenAddresses.Clear());
        await using var second = await network.StartAsync("203.0.113.5", options => options.ListenAddresses.Clear());

        await first.Host.ConnectAsync(hub.Info, Cancellation);
        await Eventually.TrueAsync("it is connected", () => Task.FromResult(hub.Host.IsConnected(first.PeerId)), Patience, Cancellation);

        await Assert.ThrowsAsync<PeerUnreachableException>(() => second.Host.ConnectAsync(hub.Info, Cancellation));
        Assert.Equal(["resource=connections,scope=address"], hub.Metrics.TagsOf("libp2p.resource.refused"));
    }

    [Fact]
    public async Task Handshake_ThatDoesNotEnd_EndsWithTheDeadlineOfUpgrades()
    {
        var time = new FakeTimeProvider();
        var network = new FakeDatagrams();
        await using var hub = await network.StartAsync(HubIp, options => options.UpgradeTimeout = TimeSpan.FromSeconds(7), time);
        var baseline = Usage(hub);

        await using var silent = network.ConnectSilently(FakeDatagrams.AddressOf(HubIp), "203.0.113.5");
        await Eventually.TrueAsync("the handshake has begun", () => Task.FromResult(network.HandshakesOf(HubIp) == 1 && Usage(hub).ConnectionsInbound == 1), Patience, Cancellation);
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(1, Usage(hub).ConnectionsInbound);
        time.Advance(TimeSpan.FromSeconds(1));

        await AssertBackAtAsync(hub, baseline);
        await Eventually.TrueAsync("it was counted", () => Task.FromResult(hub.Metrics.TagsOf("libp2p.upgrade.duration") is ["direction=inbound,outcome=timeout"]), Patience, Cancellation);
    }

    [Fact]
    public async Task Memory_ThatIsNotThere_RefusesTheConnection()
    {
        var network = new FakeDatagrams();
        await using var alice = await network.StartAsync("203.0.113.5");
        await using var hub = await network.StartAsync(HubIp);
        var baseline = Usage(hub);
        // What the muxer of a connection needs first is there no longer.
        var system = hub.Host.Parts.Resources.System;
        var taken = hub.Host.Parts.Resources.Limits.System.Memory - 1;
        Assert.True(system.TryReserveMemory(taken, MemoryPriority.Always));

        await ConnectUntilItFailsAsync(alice, hub);

        system.ReleaseMemory(taken);
        await AssertBackAtAsync(hub, baseline);
    }

    [Fact]
    public async Task PrivateNetwork_WithSuchATransport_IsRefusedAtStart()
    {
        using var key = PrivateNetworkKey.Generate();

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => new FakeDatagrams().StartAsync(HubIp, build: builder => builder.UsePrivateNetwork(key)));

        Assert.Contains("SelfSecuringTransport", failure.Message, StringComparison.Ordinal);
        Assert.Contains("private network", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upgrader_OfAPrivateNetwork_TakesNoSuchConnection()
    {
        using var key = PrivateNetworkKey.Generate();
        using var identity = PrivateKey.Generate();
        using var noise = new NoiseProtocol(identity);
        var upgrader = new ConnectionUpgrader([noise], [TestYamux.CreateMuxer()], key, TimeSpan.FromSeconds(10), TimeProvider.System);
        var connection = new NeverEstablished();

        await Assert.ThrowsAsync<InvalidOperationException>(() => upgrader.UpgradeAsync(connection, null, new TestAdmission(), false, Cancellation).AsTask());

        Assert.Equal((true, true), (connection.IsAborted, connection.IsDisposed));
    }

    private static ResourceUsage Usage(TestHost host) => host.Host.Parts.Resources.System.Usage;

    private static Task AssertBackAtAsync(TestHost host, ResourceUsage baseline) =>
        Eventually.TrueAsync($"nothing is left: {host.Host.Parts.Resources.System}", () => Task.FromResult(Usage(host) == baseline && host.Host.Parts.Resources.Transient.Usage.IsZero && host.Host.Sessions.Count == 0), Patience, Cancellation);

    private static async Task ConnectUntilItFailsAsync(TestHost from, TestHost to)
    {
        try
        {
            var session = await from.Host.ConnectAsync(to.Info, Cancellation);
            await session.Closed.WaitAsync(Patience, Cancellation);
        }
        catch (PeerUnreachableException)
        {
            // It was told in time.
        }
    }

    private sealed class NeverEstablished : ISelfSecuredConnection
    {
        public Multiaddr LocalAddress { get; } = FakeDatagrams.AddressOf("203.0.113.5");

        public Multiaddr RemoteAddress { get; } = FakeDatagrams.AddressOf(HubIp);

        public ConnectionDirection Direction => ConnectionDirection.Outbound;

        public bool IsAborted { get; private set; }

        public bool IsDisposed { get; private set; }

        public ValueTask<IMuxedConnection> EstablishAsync(PeerId? expectedPeer, IMemoryBudget memory, CancellationToken cancellationToken) => throw new InvalidDataException("It was asked to.");

        public void Abort() => IsAborted = true;

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return ValueTask.CompletedTask;
        }
    }
}
