using System.Security.Cryptography.X509Certificates;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Protocols.Ping;
using IpfsKit.Libp2p.Tests.Transports.WebSockets;
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
            ["IpfsKit:Libp2p:Tcp:AcceptBacklog"] = "78",
            ["IpfsKit:Libp2p:Tcp:ConnectTimeout"] = "00:00:03",
            ["IpfsKit:Libp2p:WebSocket:MaxPendingHandshakes"] = "79",
            ["IpfsKit:Libp2p:WebSocket:CertificatePath"] = "cert.pem",
        }).Build());
        services.AddLibp2p().AddYamux(yamux => yamux.MaxPings = 33).AddTcp(tcp => tcp.ConnectTimeout = TimeSpan.FromSeconds(4)).AddWebSockets(webSocket => webSocket.MaxReadyConnections = 34);
        using var provider = services.BuildServiceProvider();

        var options = provider.GetRequiredService<IOptions<Libp2pOptions>>().Value;
        Assert.Equal(["/ip4/0.0.0.0/tcp/4001"], options.ListenAddresses);
        Assert.Equal(["10.0.0.0/8"], options.Resources.TrustedNetworks);
        Assert.Equal(TimeSpan.FromSeconds(7), options.Dialing.Timeout);
        Assert.Equal((77, 33), (options.Yamux.MaxInboundStreams, options.Yamux.MaxPings));
        Assert.Equal((78, TimeSpan.FromSeconds(4)), (options.Tcp.AcceptBacklog, options.Tcp.ConnectTimeout));
        Assert.Equal((79, 34, "cert.pem"), (options.WebSocket.MaxPendingHandshakes, options.WebSocket.MaxReadyConnections, options.WebSocket.CertificatePath));
    }

    [Theory]
    [InlineData("Tcp:AcceptBacklog", "0")]
    [InlineData("WebSocket:HandshakeTimeout", "00:00:00")]
    [InlineData("WebSocket:CertificateKeyPath", "key.pem")]
    public async Task Options_OfTransportsInConfiguration_AreCheckedAtTheStart(string setting, string value)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [$"IpfsKit:Libp2p:{setting}"] = value }).Build());
        services.AddLibp2p();
        await using var provider = services.BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains($"IpfsKit:Libp2p:{setting} is '{value}'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WebSocket_CertificateOfFiles_IsThatOfListeners(bool isOneFile)
    {
        using var directory = new TemporaryDirectory();
        var (certificate, key) = (TestWebSockets.Certificate.ExportCertificatePem(), TestWebSockets.Certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(directory.Combine("cert.pem"), isOneFile ? certificate + "\n" + key : certificate, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(directory.Combine("key.pem"), key, TestContext.Current.CancellationToken);
        await using var listener = await TestHost.StartAsync(null, Configure);
        await using var dialer = await TestHost.StartAsync(null, options => options.WebSocket.CertificateValidation = (_, seen, _, _) => seen!.GetRawCertData().AsSpan().SequenceEqual(TestWebSockets.Certificate.RawData));

        var session = await dialer.Host.ConnectAsync(listener.Info, TestContext.Current.CancellationToken);

        Assert.Equal(listener.PeerId, session.RemotePeer);

        void Configure(Libp2pOptions options)
        {
            options.ListenAddresses.Clear();
            options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0/tls/ws");
            options.WebSocket.CertificatePath = directory.Combine("cert.pem");
            options.WebSocket.CertificateKeyPath = isOneFile ? null : directory.Combine("key.pem");
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no certificate")]
    public async Task WebSocket_CertificateFileThatIsNone_StopsTheStart(string? content)
    {
        using var directory = new TemporaryDirectory();
        if (content is not null)
            await File.WriteAllTextAsync(directory.Combine("cert.pem"), content, TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<ListenFailedException>(() => TestHost.StartAsync(null, options =>
        {
            options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0/tls/ws");
            options.WebSocket.CertificatePath = directory.Combine("cert.pem");
        }));

        Assert.Contains("certificate", failure.Message, StringComparison.Ordinal);
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
