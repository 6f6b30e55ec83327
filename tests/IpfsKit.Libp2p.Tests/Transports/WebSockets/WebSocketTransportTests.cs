using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using IpfsKit.Libp2p.Tests.Conformance;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Libp2p.Transports.WebSockets;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.Transports.WebSockets;

public sealed class WebSocketTransportTests
{
    private const string Peer = "/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";
    private static readonly Multiaddr Plain = Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/ws");

    private readonly TcpTransport _tcp = new(new TcpOptions(), TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/ip4/192.0.2.1/tcp/80/ws", true, true)]
    [InlineData("/ip4/192.0.2.1/tcp/80/tls/ws", true, true)]
    [InlineData("/ip4/192.0.2.1/tcp/80/wss", true, true)]
    [InlineData("/ip6/::1/tcp/80/ws" + Peer, true, false)]
    [InlineData("/ip4/192.0.2.1/tcp/443/tls/sni/example.org/ws", true, false)]
    [InlineData("/dns4/example.org/tcp/443/tls/ws" + Peer, true, false)]
    [InlineData("/dns/example.org/tcp/443/wss", true, false)]
    [InlineData("/ip4/192.0.2.1/tcp/0/ws", false, true)]
    [InlineData("/ip4/192.0.2.1/tcp/80", false, false)]
    [InlineData("/ip4/192.0.2.1/tcp/80/tls", false, false)]
    [InlineData("/ip4/192.0.2.1/tcp/80/tls/wss", false, false)]
    [InlineData("/ip4/192.0.2.1/tcp/80/ws/ws", false, false)]
    [InlineData("/ip4/192.0.2.1/tcp/80/sni/example.org/ws", false, false)]
    [InlineData("/ip4/192.0.2.1/tcp/80/ws" + Peer + "/p2p-circuit", false, false)]
    [InlineData("/ip4/192.0.2.1/tcp/80/ws" + Peer + "/ws", false, false)]
    [InlineData("/dnsaddr/example.org/tcp/80/ws", false, false)]
    [InlineData("/ip4/192.0.2.1/udp/80/ws", false, false)]
    public void CanDialAndListen_Address_AsExpected(string address, bool canDial, bool canListen)
    {
        var transport = TestWebSockets.Create();
        Assert.Equal(canDial, transport.CanDial(Multiaddr.Parse(address)));
        Assert.Equal(canListen, transport.CanListen(Multiaddr.Parse(address)));
    }

    [Theory]
    [InlineData("/dns4/localhost/tcp/{0}/tls/ws")]
    [InlineData("/ip4/127.0.0.1/tcp/{0}/tls/sni/localhost/ws")]
    [InlineData("/dns/localhost/tcp/{0}/wss")]
    public async Task Dial_ByName_AsksForTheNameAndUsesItsCertificate(string address)
    {
        var names = new List<string>();
        var transport = TestWebSockets.Create(options =>
        {
            var inner = options.CertificateValidation!;
            options.CertificateValidation = (sender, certificate, chain, errors) =>
            {
                names.Add(((System.Net.Security.SslStream)sender).TargetHostName);
                return inner(sender, certificate, chain, errors);
            };
        });
        await using var listener = await transport.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/tls/ws"), Token);
        var accept = listener.AcceptAsync(Token).AsTask();
        await using var dialer = await transport.DialAsync(Multiaddr.Parse(string.Format(System.Globalization.CultureInfo.InvariantCulture, address, Port(listener.Address))), Token);
        await using var accepted = await accept;
        await dialer.WriteAsync("hi"u8.ToArray(), Token);
        Assert.Equal("hi"u8.ToArray(), await accepted!.ReadExactlyAsync(2));
        Assert.Equal(["localhost"], names);
    }

    [Theory]
    [InlineData(null, "Host: 127.0.0.1:")]
    [InlineData("a.example", "Host: a.example:")]
    public async Task Dial_WithoutTls_SendsTheNameAsHost(string? name, string expected)
    {
        await using var tcp = await _tcp.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), Token);
        var dial = TestWebSockets.Create().DialAsync(Multiaddr.Parse($"{tcp.Address}/ws"), name, Token).AsTask();
        await using var accepted = await tcp.AcceptAsync(Token);
        var head = new byte[4096];
        var read = await accepted!.ReadAsync(head, Token);
        await accepted.WriteAsync("HTTP/1.1 404 Not Found\r\n\r\n"u8.ToArray(), Token);

        Assert.Contains($"\r\n{expected}{Port(tcp.Address)}\r\n", Encoding.ASCII.GetString(head, 0, read), StringComparison.Ordinal);
        await Assert.ThrowsAsync<DialFailedException>(() => dial);
    }

    [Theory]
    [InlineData("a\r\nX-Evil: b")]
    [InlineData("a b")]
    public async Task Dial_NameThatIsNone_IsRefused(string name)
    {
        await using var tcp = await _tcp.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), Token);
        var failure = await Assert.ThrowsAsync<DialFailedException>(() => TestWebSockets.Create().DialAsync(Multiaddr.Parse($"{tcp.Address}/ws"), name, Token).AsTask());
        Assert.Contains("name", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dial_CertificateOfNobodyTrusted_IsRefused()
    {
        await using var listener = await TestWebSockets.Create().ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/tls/ws"), Token);
        var strict = TestWebSockets.Create(options => options.CertificateValidation = null);
        var failure = await Assert.ThrowsAsync<DialFailedException>(() => strict.DialAsync(listener.Address, Token).AsTask());
        Assert.IsType<System.Security.Authentication.AuthenticationException>(failure.InnerException);
    }

    [Fact]
    public async Task Listen_SecureWithoutACertificate_SaysWhatIsMissing()
    {
        var transport = TestWebSockets.Create(options => options.Certificate = null);
        var failure = await Assert.ThrowsAsync<ListenFailedException>(() => transport.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/wss"), Token).AsTask());
        Assert.Contains("WebSocketOptions.Certificate", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dial_ServerThatIsNoWebSocket_Fails()
    {
        await using var tcp = await _tcp.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), Token);
        var dial = TestWebSockets.Create().DialAsync(Multiaddr.Parse($"{tcp.Address}/ws"), Token).AsTask();
        await using var accepted = await tcp.AcceptAsync(Token);
        await accepted!.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), Token);
        var failure = await Assert.ThrowsAsync<DialFailedException>(() => dial);
        Assert.Contains("404 Not Found", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dial_AnswerWithoutEndOrBreakingOff_Fails(bool endless)
    {
        await using var tcp = await _tcp.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), Token);
        var dial = TestWebSockets.Create().DialAsync(Multiaddr.Parse($"{tcp.Address}/ws"), Token).AsTask();
        await using var accepted = await tcp.AcceptAsync(Token);
        await accepted!.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 101 x\r\nX: " + new string('a', endless ? 10_000 : 100)), Token);
        if (!endless)
            await accepted.CompleteWritesAsync(Token);
        await Assert.ThrowsAsync<DialFailedException>(() => dial);
    }

    [Fact]
    public async Task Accept_FramesOfAnotherImplementation_AreBytesInOrder()
    {
        // The framework's own client, with fragments, empty messages, pings and a close frame.
        await using var listener = await TestWebSockets.Create().ListenAsync(Plain, Token);
        using var client = new ClientWebSocket();
        client.Options.KeepAliveInterval = TimeSpan.FromMilliseconds(1);
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{Port(listener.Address)}/any/path"), Token);
        await using var accepted = (await listener.AcceptAsync(Token))!;
        await client.SendAsync(new byte[] { 1, 2 }, WebSocketMessageType.Binary, endOfMessage: false, Token);
        await client.SendAsync(new byte[] { 3 }, WebSocketMessageType.Binary, endOfMessage: true, Token);
        await client.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Binary, endOfMessage: true, Token);
        await client.SendAsync(new byte[] { 4 }, WebSocketMessageType.Binary, endOfMessage: true, Token);
        Assert.Equal([1, 2, 3, 4], await accepted.ReadExactlyAsync(4));
        await accepted.WriteAsync(new byte[100_000], Token);
        var buffer = new byte[200_000];
        var sizes = new List<int>();
        while (sizes.Sum() < 100_000)
        {
            var result = await client.ReceiveAsync(buffer.AsMemory(), Token);
            sizes.Add(result.Count);
            Assert.True(result.Count <= WebSocketConnection.MaxMessageBytes);
        }

        var close = client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        Assert.Equal(0, await accepted.ReadAsync(buffer, Token));
        await accepted.CompleteWritesAsync(Token);
        await close;
    }

    [Fact]
    public async Task Read_TextMessage_EndsTheConnection()
    {
        await using var listener = await TestWebSockets.Create().ListenAsync(Plain, Token);
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{Port(listener.Address)}"), Token);
        await using var accepted = (await listener.AcceptAsync(Token))!;
        await client.SendAsync("text"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Token);
        await Assert.ThrowsAsync<ConnectionClosedException>(() => accepted.ReadAsync(new byte[10], Token).AsTask());
    }

    [Fact]
    public async Task Accept_BrowserThatWantsAPage_IsToldAndTheListenerGoesOn()
    {
        var transport = TestWebSockets.Create();
        await using var listener = await transport.ListenAsync(Plain, Token);
        using var http = new HttpClient();
        var response = await http.GetAsync(new Uri($"http://127.0.0.1:{Port(listener.Address)}/"), Token);
        Assert.Equal(System.Net.HttpStatusCode.UpgradeRequired, response.StatusCode);
        await using var pair = await ConnectionPair.ConnectAsync(transport, listener);
    }

    [Fact]
    public async Task Accept_HandshakesThatStop_DoNotHoldUpOthersAndEndAtTheDeadline()
    {
        var time = new FakeTimeProvider();
        var transport = TestWebSockets.Create(timeProvider: time);
        await using var listener = (WebSocketListener)await transport.ListenAsync(Plain, Token);
        var slow = new List<IRawConnection>();
        foreach (var start in (string[])["", "G", "GET / HTTP/1.1\r\nHost: a\r\n"])
        {
            slow.Add(await _tcp.DialAsync(TcpAddress(listener.Address), Token));
            await slow[^1].WriteAsync(Encoding.ASCII.GetBytes(start), Token);
        }

        await using (await ConnectionPair.ConnectAsync(transport, listener))
        {
        }

        time.Advance(new WebSocketOptions().HandshakeTimeout);
        foreach (var connection in slow)
        {
            await Assert.ThrowsAsync<ConnectionClosedException>(() => connection.ReadAsync(new byte[1], Token).AsTask());
            await connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task Accept_MoreHandshakesThanMayBe_TheOldestIsDroppedAndHonestOnesGetThrough()
    {
        var transport = TestWebSockets.Create(options => options.MaxPendingHandshakes = 10);
        await using var listener = (WebSocketListener)await transport.ListenAsync(Plain, Token);
        var attackers = new List<IRawConnection>();
        for (var i = 0; i < 50; i++)
            attackers.Add(await _tcp.DialAsync(TcpAddress(listener.Address), Token));
        for (var i = 0; i < 5; i++)
        {
            await using var pair = await ConnectionPair.ConnectAsync(transport, listener);
        }

        Assert.InRange(listener.PendingHandshakes, 0, 10);
        await Assert.ThrowsAsync<ConnectionClosedException>(() => attackers[0].ReadAsync(new byte[1], Token).AsTask());
        foreach (var attacker in attackers)
            await attacker.DisposeAsync();
    }

    [Fact]
    public async Task Accept_MoreHandshakesThanMayBe_TheAddressThatHasMostLosesOne()
    {
        var refused = 0;
        var transport = TestWebSockets.Create(options => options.MaxPendingHandshakes = 10, refused: () => refused++);
        await using var listener = (WebSocketListener)await transport.ListenAsync(Plain, Token);
        // Slow, and older than all others.
        using var honest = await ConnectFromAsync("127.0.0.1", listener.Address);
        await Eventually.TrueAsync("it is accepted", () => Task.FromResult(listener.PendingHandshakes == 1), TimeSpan.FromSeconds(30), Token);
        var attackers = new List<Socket>();
        for (var i = 0; i < 20; i++)
            attackers.Add(await ConnectFromAsync("127.0.0.2", listener.Address));

        foreach (var dropped in attackers.Take(11))
            await Assert.ThrowsAsync<SocketException>(() => dropped.ReceiveAsync(new byte[1], Token).AsTask());
        Assert.Equal((11, 10), (refused, listener.PendingHandshakes));
        Assert.False(honest.Poll(0, SelectMode.SelectRead));
        attackers.ForEach(attacker => attacker.Dispose());
    }

    [Fact]
    public async Task Dispose_HandshakesUnderWay_EndsThem()
    {
        var listener = (WebSocketListener)await TestWebSockets.Create().ListenAsync(Plain, Token);
        await using var slow = await _tcp.DialAsync(TcpAddress(listener.Address), Token);
        await slow.WriteAsync("GET"u8.ToArray(), Token);
        await listener.DisposeAsync();
        Assert.Equal(0, listener.PendingHandshakes);
        await Assert.ThrowsAsync<ConnectionClosedException>(() => slow.ReadAsync(new byte[1], Token).AsTask());
    }

    [Fact]
    public void Options_OutOfRange_AreAllNamed()
    {
        using var key = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(TestWebSockets.Certificate.RawData);
        var result = new WebSocketOptionsValidator().Validate(null, new WebSocketOptions { Certificate = key, HandshakeTimeout = TimeSpan.Zero, MaxPendingHandshakes = 0, MaxReadyConnections = 0 });
        Assert.Equal(4, result.Failures!.Count());
        Assert.Equal(
            [
                "WebSocketOptions.CertificatePath is 'a'; it must be absent where code sets the certificate.",
            ],
            new WebSocketOptionsValidator().Validate(null, new WebSocketOptions { Certificate = TestWebSockets.Certificate, CertificatePath = "a" }).Failures!);
        Assert.True(new WebSocketOptionsValidator().Validate(null, new WebSocketOptions { Certificate = TestWebSockets.Certificate }).Succeeded);
    }

    private static string Port(Multiaddr address)
    {
        Assert.True(address.TryGet(Multicodec.Tcp, out var tcp));
        return tcp.Value;
    }

    private static Multiaddr TcpAddress(Multiaddr address) => Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{Port(address)}");

    private static async Task<Socket> ConnectFromAsync(string address, Multiaddr listener)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, int.Parse(listener.ToString().Split('/')[4], CultureInfo.InvariantCulture)), Token);
        return socket;
    }
}
