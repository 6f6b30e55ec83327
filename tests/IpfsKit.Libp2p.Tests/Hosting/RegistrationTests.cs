using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Protocols.Ping;
using IpfsKit.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace IpfsKit.Libp2p.Tests.Hosting;

public sealed class RegistrationTests
{
    [Fact]
    public void AddLibp2p_Twice_IsHarmless()
    {
        var services = new ServiceCollection();
        services.AddLibp2p(options => options.ListenAddresses.Add("/memory/a")).AddNoise().AddNoise();
        services.AddLibp2p(options => options.Role = Libp2pRole.Master).AddNoise();
        using var provider = services.BuildServiceProvider();

        var options = provider.GetRequiredService<IOptions<Libp2pOptions>>().Value;
        Assert.Equal(["/memory/a"], options.ListenAddresses);
        Assert.Equal(Libp2pRole.Master, options.Role);
        Assert.Single(provider.GetServices<IHostedService>());
        Assert.Single(provider.GetServices<IpfsKit.Libp2p.Security.ISecurityProtocol>());
    }

    [Fact]
    public async Task AddLibp2p_Defaults_AreAHost()
    {
        var services = new ServiceCollection();
        services.AddLibp2p();
        await using var provider = services.BuildServiceProvider();

        var host = provider.GetRequiredService<ILibp2pHost>();
        Assert.Same(host, provider.GetRequiredService<ILibp2pHost>());
        Assert.NotNull(provider.GetRequiredService<IPingService>());
        await host.StartAsync(TestContext.Current.CancellationToken);
        Assert.Empty(host.LocalPeer.ListenAddresses);
    }

    [Fact]
    public async Task Identity_OfAFile_IsKept()
    {
        using var directory = new TemporaryDirectory();
        var first = await PeerIdAsync();
        Assert.Equal(first, await PeerIdAsync());

        async Task<IpfsKit.Multiformats.PeerId> PeerIdAsync()
        {
            var services = new ServiceCollection();
            services.AddLibp2p(options => options.IdentityPath = directory.Combine("identity"));
            await using var provider = services.BuildServiceProvider();
            return provider.GetRequiredService<ILibp2pHost>().LocalPeer.PeerId;
        }
    }

    [Fact]
    public void Options_OfConfiguration_AreRead()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["IpfsKit:Libp2p:ListenAddresses:0"] = "/ip4/0.0.0.0/tcp/4001",
            ["IpfsKit:Libp2p:Resources:TrustedNetworks:0"] = "10.0.0.0/8",
            ["IpfsKit:Libp2p:Dialing:Timeout"] = "00:00:07",
            ["IpfsKit:Libp2p:Yamux:MaxInboundStreams"] = "77",
        }).Build());
        services.AddLibp2p().AddYamux(yamux => yamux.MaxPings = 33);
        using var provider = services.BuildServiceProvider();

        var options = provider.GetRequiredService<IOptions<Libp2pOptions>>().Value;
        Assert.Equal(["/ip4/0.0.0.0/tcp/4001"], options.ListenAddresses);
        Assert.Equal(["10.0.0.0/8"], options.Resources.TrustedNetworks);
        Assert.Equal(TimeSpan.FromSeconds(7), options.Dialing.Timeout);
        Assert.Equal((77, 33), (options.Yamux.MaxInboundStreams, options.Yamux.MaxPings));
    }

    [Fact]
    public async Task Options_OfYamux_AreCheckedAtTheStartAndAreThoseOfConnections()
    {
        var services = new ServiceCollection();
        services.AddLibp2p(options => options.Yamux.MaxInboundStreams = 0);
        await using var provider = services.BuildServiceProvider();
        var failure = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());
        Assert.Contains("IpfsKit:Libp2p:Yamux:MaxInboundStreams is '0'", failure.Message, StringComparison.Ordinal);

        await using var pair = await Pair.StartAsync(options => options.Yamux.MaxInboundStreams = 2);
        pair.Bob.Host.SetStreamHandler(ProtocolMatcher.Exact("/wait/1"), (_, token) => Task.Delay(Timeout.Infinite, token));
        var reads = new List<Task<int>>();
        for (var i = 0; i < 3; i++)
        {
            var stream = await pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, ["/wait/1"], TestContext.Current.CancellationToken);
            await stream.WriteAsync(new byte[1], TestContext.Current.CancellationToken);
            reads.Add(stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask());
        }

        await Assert.ThrowsAsync<StreamResetException>(() => reads[2]);
        Assert.False(reads[0].IsCompleted);
    }

    [Fact]
    public void Options_WithFaults_NameThemAll()
    {
        var options = new Libp2pOptions { UpgradeTimeout = TimeSpan.Zero };
        options.ListenAddresses.Add("nowhere");
        options.Connections.Deny.Add("nobody");
        options.Dialing.MaxConcurrentDials = 0;
        options.Peers.MaxPeers = 1;
        options.Resources.TrustedNetworks.Add("10.0.0.0/99");
        options.Dns.Servers.Add("name");
        options.Addresses.NoAnnounce.Add("10.0.0.0/99");
        options.Yamux.MaxPings = 0;

        var result = new Libp2pOptionsValidator().Validate(null, options);

        Assert.Equal(9, result.Failures!.Count());
        Assert.Contains("IpfsKit:Libp2p:ListenAddresses:0 is 'nowhere'; it must be a multiaddr.", result.Failures!);
        Assert.Contains("IpfsKit:Libp2p:Dialing:MaxConcurrentDials is '0'; it must be 1 to 16384.", result.Failures!);
        Assert.Contains("IpfsKit:Libp2p:Yamux:MaxPings is '0'; it must be 1 to 1,048,576.", result.Failures!);
        Assert.True(new Libp2pOptionsValidator().Validate(null, new Libp2pOptions()).Succeeded);
    }

    [Fact]
    public async Task PeerStore_OfAFile_IsKeptOverRestarts()
    {
        using var directory = new TemporaryDirectory();
        var network = new InMemoryNetwork();
        await using var bob = await TestHost.StartAsync(network);
        await using (var alice = await TestHost.StartAsync(network, Configure))
        {
            await alice.Host.ConnectAsync(bob.Info, TestContext.Current.CancellationToken);
            await alice.IdentifiedAsync(bob.PeerId);
        }

        await using var again = await TestHost.StartAsync(network, Configure);
        Assert.Equal(bob.PeerId, (await again.Host.ConnectAsync(new(bob.PeerId), TestContext.Current.CancellationToken)).RemotePeer);

        void Configure(Libp2pOptions options) => options.Peers.Path = directory.Combine("peers");
    }
}
