using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Dns;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Libp2p.Tests.Peers;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.Hosting;

/// <summary>Hosts that dial where nobody answers, and where they must not.</summary>
public sealed class HostDialTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeInternet _internet = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/ip4/203.0.113.1/tcp/1", 15)]
    [InlineData("/ip4/10.0.0.1/tcp/1", 5)]
    public async Task Dial_NobodyAnswers_IsGivenUpAfterTheTimeoutOfTheAddress(string address, int seconds)
    {
        await using var host = await _internet.StartAsync("198.51.100.1", timeProvider: _time);
        var dial = host.Host.ConnectAsync(new PeerInfo(TestPeers.Carol, [Multiaddr.Parse(address)]), Cancellation);
        await UnansweredAsync(1);

        _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
        Assert.False(dial.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));

        var failure = await Assert.ThrowsAsync<PeerUnreachableException>(() => dial);
        Assert.IsType<TimeoutException>(Assert.Single(failure.Failures).Value);
        Assert.Equal(["outcome=timeout"], host.Metrics.TagsOf("libp2p.dial.duration"));
    }

    [Fact]
    public async Task Dials_OfManyPeers_TakeTheSlotsAndTheOthersWait()
    {
        await using var host = await _internet.StartAsync("198.51.100.1", options => options.Resources.FileDescriptors = 4096, _time);
        var slots = new Libp2pOptions().Dialing.MaxConcurrentDials;
        var dials = Enumerable.Range(0, slots + 40).Select(i => host.Host.ConnectAsync(new PeerInfo(TestPeers.New(), [TestPeers.Address(i)]), Cancellation)).ToArray();

        await UnansweredAsync(slots);
        await Eventually.TrueAsync("all of them are under way", () => Task.FromResult(host.Host.Parts.Dialer.Running == dials.Length), Patience, Cancellation);
        Assert.Equal(slots, _internet.Dials);
        Assert.DoesNotContain(dials, dial => dial.IsCompleted);

        _time.Advance(new Libp2pOptions().Dialing.Timeout);
        await UnansweredAsync(40);
        Assert.Equal(dials.Length, _internet.Dials);
        _time.Advance(new Libp2pOptions().Dialing.Timeout);
        foreach (var dial in dials)
            Assert.IsType<TimeoutException>(Assert.Single((await Assert.ThrowsAsync<PeerUnreachableException>(() => dial)).Failures).Value);
    }

    [Fact]
    public async Task Dials_WithFewDescriptors_WaitAsWell()
    {
        await using var host = await _internet.StartAsync("198.51.100.1", options => options.Resources.FileDescriptors = 64, _time);
        using var cancellation = new CancellationTokenSource();
        var dials = Enumerable.Range(0, 20).Select(i => host.Host.ConnectAsync(new PeerInfo(TestPeers.New(), [TestPeers.Address(i)]), cancellation.Token)).ToArray();
        await UnansweredAsync(8);
        Assert.DoesNotContain(dials, dial => dial.IsCompleted);

        await cancellation.CancelAsync();
        foreach (var dial in dials)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dial);
    }

    [Fact]
    public async Task Dial_OfOnePeerWithManyAddresses_TakesItsShareOfTheSlots()
    {
        await using var host = await _internet.StartAsync("198.51.100.1", options => options.Dialing.Stagger = TimeSpan.Zero, _time);
        using var cancellation = new CancellationTokenSource();
        var dial = host.Host.ConnectAsync(new PeerInfo(TestPeers.Carol, [.. Enumerable.Range(0, 30).Select(TestPeers.Address)]), cancellation.Token);
        await UnansweredAsync(8);
        Assert.Equal(8, _internet.Dials);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dial);
        await UnansweredAsync(0);
        await Eventually.TrueAsync("nothing is taken but the listener", () => Task.FromResult(host.Host.Parts.Resources.System.Usage is { Connections: 0, Descriptors: 1 }), Patience, Cancellation);
    }

    [Theory]
    [InlineData("/dns4/a.example/tcp/{0}/ws", "Host: a.example:")]
    [InlineData("/ip4/127.0.0.1/tcp/{0}/ws", "Host: 127.0.0.1:")]
    public async Task Dial_OfAPlainWebSocketByName_SendsTheNameAsHost(string address, string expected)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        await using var host = await TestHost.StartAsync(null, build: builder => builder.Services.Replace(ServiceDescriptor.Singleton<IDnsResolver>(new LoopbackDns())));

        var dial = host.Host.ConnectAsync(new PeerInfo(TestPeers.Carol, [Multiaddr.Parse(string.Format(CultureInfo.InvariantCulture, address, port))]), Cancellation);
        using var client = await server.AcceptTcpClientAsync(Cancellation);
        var head = new byte[4096];
        var read = await client.GetStream().ReadAsync(head, Cancellation);
        client.Close();

        Assert.Contains($"\r\n{expected}{port}\r\n", Encoding.ASCII.GetString(head, 0, read), StringComparison.Ordinal);
        await Assert.ThrowsAsync<PeerUnreachableException>(() => dial);
    }

    [Theory]
    [InlineData("/dns4/a.example/tcp/{0}/wss")]
    [InlineData("/dns4/a.example/tcp/{0}/tls/ws")]
    public async Task Dial_OfASecureWebSocketByName_AsksTlsForTheName(string address)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        await using var host = await TestHost.StartAsync(null, build: builder => builder.Services.Replace(ServiceDescriptor.Singleton<IDnsResolver>(new LoopbackDns())));

        var dial = host.Host.ConnectAsync(
            new PeerInfo(TestPeers.Carol, [Multiaddr.Parse(string.Format(CultureInfo.InvariantCulture, address, ((IPEndPoint)server.LocalEndpoint).Port))]), Cancellation);
        using var client = await server.AcceptTcpClientAsync(Cancellation);
        await using var tls = new SslStream(client.GetStream());
        string? name = null;
        await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsServerAsync(
            (_, hello, _, _) =>
            {
                name = hello.ServerName;
                throw new AuthenticationException("on purpose");
            },
            null,
            Cancellation));
        client.Close();

        Assert.Equal("a.example", name);
        await Assert.ThrowsAsync<PeerUnreachableException>(() => dial);
    }

    [Fact]
    public async Task Gater_DeniesANetworkOrAPeer_NothingIsDialled()
    {
        await using var host = await _internet.StartAsync("198.51.100.1", options =>
        {
            options.Connections.Deny.Add("203.0.113.0/24");
            options.Connections.Deny.Add(TestPeers.Bob.ToString());
        });

        var failure = await Assert.ThrowsAsync<PeerUnreachableException>(() => host.Host.ConnectAsync(new PeerInfo(TestPeers.Carol, [Multiaddr.Parse("/ip4/203.0.113.1/tcp/1")]), Cancellation));
        Assert.IsType<ConnectionGatedException>(Assert.Single(failure.Failures).Value);
        await Assert.ThrowsAsync<ConnectionGatedException>(() => host.Host.ConnectAsync(new PeerInfo(TestPeers.Bob, [Multiaddr.Parse("/ip4/192.0.2.1/tcp/1")]), Cancellation));
        Assert.Equal(0, _internet.Dials);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Gater_DeniesWhoeverDialsHere_TheConnectionEndsAndIsCounted(bool byNetwork)
    {
        await using var hub = await _internet.StartAsync("198.51.100.1");
        await using var stranger = await _internet.StartAsync("203.0.113.1");
        await using var welcome = await _internet.StartAsync("192.0.2.1");
        var gater = (ConnectionGater)hub.Services.GetRequiredService<IConnectionGater>();
        await stranger.Host.ConnectAsync(hub.Info, Cancellation);
        await welcome.Host.ConnectAsync(hub.Info, Cancellation);
        await stranger.IdentifiedAsync(hub.PeerId);
        await Eventually.TrueAsync("both are connected", () => Task.FromResult(hub.Host.Sessions.Count == 2), Patience, Cancellation);

        if (byNetwork)
            gater.DenyNetwork("203.0.113.0/24");
        else
            gater.Deny(stranger.PeerId);

        await Eventually.TrueAsync("the stranger is gone", () => Task.FromResult(!hub.Host.IsConnected(stranger.PeerId) && !stranger.Host.IsConnected(hub.PeerId)), Patience, Cancellation);
        await Eventually.TrueAsync("a new connection is refused", async () =>
        {
            try
            {
                await stranger.Host.DialAsync(hub.Info.Addresses[0].Encapsulate(Multiaddr.FromPeerId(hub.PeerId)), Cancellation);
            }
            catch (PeerUnreachableException)
            {
                // A peer that is refused after its handshake may hold the connection for a moment.
            }

            return hub.Metrics.TagsOf("libp2p.connection.gated").Contains("direction=inbound");
        }, Patience, Cancellation);
        Assert.Equal([welcome.PeerId], hub.Host.ConnectedPeers);
        await Eventually.TrueAsync("one connection is left", () => Task.FromResult(hub.Host.Parts.Resources.System.Usage.Connections == 1), Patience, Cancellation);
    }

    private Task UnansweredAsync(int count) =>
        Eventually.TrueAsync($"{count} dials wait", () => Task.FromResult(_internet.Unanswered == count), Patience, Cancellation);

    private sealed class LoopbackDns : IDnsResolver
    {
        public Task<IReadOnlyList<IPAddress>> ResolveAddressesAsync(string name, AddressFamily family, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<IPAddress>>(family == AddressFamily.InterNetwork ? [IPAddress.Loopback] : []);

        public Task<IReadOnlyList<string>> ResolveTextAsync(string name, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);
    }
}
