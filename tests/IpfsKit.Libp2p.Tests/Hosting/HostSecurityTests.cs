using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.PrivateNetworks;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Hosting;

/// <summary>Hosts with different security protocols and networks.</summary>
public sealed class HostSecurityTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_PeerThatSpeaksOnlyTheSecondProtocol_AgreesOnIt()
    {
        var network = new InMemoryNetwork();
        await using var both = await TestHost.StartAsync(network, build: builder => builder.AddNoise().AddTls());
        await using var tls = await TestHost.StartAsync(network, build: builder => builder.AddTls());
        await using var noise = await TestHost.StartAsync(network, build: builder => builder.AddNoise());

        Assert.Equal("/tls/1.0.0", (await both.Host.ConnectAsync(tls.Info, Cancellation)).Security);
        Assert.Equal("/noise", (await both.Host.ConnectAsync(noise.Info, Cancellation)).Security);
        await Assert.ThrowsAsync<PeerUnreachableException>(() => tls.Host.ConnectAsync(noise.Info, Cancellation));
    }

    [Fact]
    public async Task Connect_PeerThatDoesNotSpeakTls_AgreesOnNoise()
    {
        var network = new InMemoryNetwork();
        await using var both = await TestHost.StartAsync(network, build: builder => builder.AddTls().AddNoise());
        await using var noise = await TestHost.StartAsync(network, build: builder => builder.AddNoise());

        Assert.Equal("/noise", (await both.Host.ConnectAsync(noise.Info, Cancellation)).Security);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disconnect_EitherSide_LeavesNothingBehind(bool isDialer)
    {
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network, build: builder => builder.AddTls());
        await using var bob = await TestHost.StartAsync(network, build: builder => builder.AddTls());
        await alice.Host.ConnectAsync(bob.Info, Cancellation);
        await alice.IdentifiedAsync(bob.PeerId);
        await bob.IdentifiedAsync(alice.PeerId);

        await (isDialer ? alice.Host.DisconnectAsync(bob.PeerId, Cancellation) : bob.Host.DisconnectAsync(alice.PeerId, Cancellation));

        await HostTests.AssertIdleAsync(alice);
        await HostTests.AssertIdleAsync(bob);
    }

    [Fact]
    public async Task PrivateNetwork_PeersWithTheSameKey_TalkAndOthersDoNot()
    {
        using var key = PrivateNetworkKey.Generate();
        using var otherKey = PrivateNetworkKey.Generate();
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.Combine("swarm.key"), key.Export(), Cancellation);
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network, build: builder => builder.UsePrivateNetwork(key));
        await using var bob = await TestHost.StartAsync(network, options => options.PrivateNetworkKeyPath = directory.Combine("swarm.key"));
        await using var stranger = await TestHost.StartAsync(network, options => options.UpgradeTimeout = TimeSpan.FromSeconds(1), build: builder => builder.UsePrivateNetwork(otherKey));
        HostTests.SetEcho(bob);

        await alice.Host.ConnectAsync(bob.Info, Cancellation);
        Assert.Equal("private", await HostTests.EchoAsync(alice, bob.PeerId, "private"));

        await Assert.ThrowsAsync<PeerUnreachableException>(() => stranger.Host.ConnectAsync(bob.Info, Cancellation));
        await HostTests.AssertIdleAsync(stranger);
    }

    [Fact]
    public async Task PrivateNetwork_KeyFileIsNotThere_DoesNotBecomeThePublicOne()
    {
        using var directory = new TemporaryDirectory();
        await Assert.ThrowsAsync<FileNotFoundException>(() => TestHost.StartAsync(new InMemoryNetwork(), options => options.PrivateNetworkKeyPath = directory.Combine("none")));
    }
}
