using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using IpfsKit.Libp2p.Tests.Conformance;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.Transports.Tcp;

public sealed class TcpTransportTests
{
    private readonly TcpTransport _transport = new(new TcpOptions(), TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/ip4/192.0.2.1/tcp/4001", true, true)]
    [InlineData("/ip6/2001:db8::1/tcp/4001", true, true)]
    [InlineData("/ip4/192.0.2.1/tcp/4001/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA", true, false)]
    [InlineData("/ip4/192.0.2.1/tcp/0", false, true)]
    [InlineData("/ip4/192.0.2.1/tcp/4001/ws", false, false)]
    [InlineData("/ip4/192.0.2.1/tcp/4001/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA/p2p-circuit", false, false)]
    [InlineData("/ip4/192.0.2.1/udp/4001", false, false)]
    [InlineData("/dns4/example.org/tcp/4001", false, false)]
    [InlineData("/ip6zone/no-such-interface/ip6/fe80::1/tcp/4001", false, false)]
    [InlineData("/tcp/4001", false, false)]
    public void CanDialAndListen_Address_AsExpected(string address, bool canDial, bool canListen)
    {
        Assert.Equal(canDial, _transport.CanDial(Multiaddr.Parse(address)));
        Assert.Equal(canListen, _transport.CanListen(Multiaddr.Parse(address)));
    }

    [Fact]
    public async Task Dial_NobodyAnswers_IsGivenUpAfterTheConnectTimeout()
    {
        // As many as the operating system takes wait to be accepted: it answers no more.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(full.LocalEndPoint!, Token);
        var time = new FakeTimeProvider();
        var transport = new TcpTransport(new TcpOptions(), time);

        var dial = transport.DialAsync(Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{((IPEndPoint)full.LocalEndPoint!).Port}"), Token).AsTask();
        time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.False(dial.IsCompleted);
        time.Advance(TimeSpan.FromTicks(1));

        var failure = await Assert.ThrowsAsync<DialFailedException>(() => dial.WaitAsync(TimeSpan.FromSeconds(30), Token));
        Assert.IsType<TimeoutException>(failure.InnerException);
    }

    [Fact]
    public async Task ZonedAddress_OfALinkLocalInterface_IsReadByNameAndWrittenByNumber()
    {
        // The loopback interface has no link-local address, but a zone is read for any interface of the machine.
        var loopback = NetworkInterface.GetAllNetworkInterfaces().First(i => i.NetworkInterfaceType == NetworkInterfaceType.Loopback);
        var index = loopback.GetIPProperties().GetIPv6Properties().Index;
        var address = Multiaddr.Parse($"/ip6zone/{loopback.Name}/ip6/fe80::1/tcp/4001");
        Assert.True(_transport.CanDial(address));
        Assert.Equal(
            Multiaddr.Parse($"/ip6zone/{index}/ip6/fe80::1/tcp/4001"),
            Libp2p.Transports.IpAddresses.FromTcp(new IPEndPoint(IPAddress.Parse($"fe80::1%{index}"), 4001)));
        await Assert.ThrowsAsync<DialFailedException>(() => _transport.DialAsync(Multiaddr.Parse("/ip6zone/no-such-interface/ip6/fe80::1/tcp/4001"), Token).AsTask());
    }

    [Fact]
    public async Task Listen_Wildcard_TakesConnectionsAndNamesTheAddressTheyCameTo()
    {
        await using var listener = await _transport.ListenAsync(Multiaddr.Parse("/ip4/0.0.0.0/tcp/0"), Token);
        Assert.StartsWith("/ip4/0.0.0.0/tcp/", listener.Address.ToString(), StringComparison.Ordinal);
        var reachable = Multiaddr.Parse(listener.Address.ToString().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal));
        var accept = listener.AcceptAsync(Token).AsTask();
        await using var dialer = await _transport.DialAsync(reachable, Token);
        await using var accepted = await accept;
        Assert.Equal(reachable, accepted!.LocalAddress);
    }

    [Fact]
    public async Task Listen_BothWildcards_ShareAPort()
    {
        await using var ip4 = await _transport.ListenAsync(Multiaddr.Parse("/ip4/0.0.0.0/tcp/0"), Token);
        var port = ip4.Address.ToString().Split('/')[^1];
        await using var ip6 = await _transport.ListenAsync(Multiaddr.Parse($"/ip6/::/tcp/{port}"), Token);
        Assert.Equal(Multiaddr.Parse($"/ip6/::/tcp/{port}"), ip6.Address);
    }

    [Fact]
    public async Task Listen_AddressOfAnotherMachine_IsRefused()
    {
        var failure = await Assert.ThrowsAsync<ListenFailedException>(() => _transport.ListenAsync(Multiaddr.Parse("/ip4/192.0.2.1/tcp/0"), Token).AsTask());
        Assert.Contains("not one of this machine", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dial_NobodyListens_SaysSo()
    {
        await using var listener = await _transport.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), Token);
        await listener.DisposeAsync();
        var failure = await Assert.ThrowsAsync<DialFailedException>(() => _transport.DialAsync(listener.Address, Token).AsTask());
        Assert.Contains("nobody listens there", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accept_OperatingSystemRefuses_PausesLongerEachTimeAndGoesOn()
    {
        var time = new FakeTimeProvider();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        var failures = new Queue<SocketError>([SocketError.TooManyOpenSockets, SocketError.ConnectionAborted, SocketError.TooManyOpenSockets, SocketError.NoBufferSpaceAvailable]);
        var attempts = new SemaphoreSlim(0);
        var address = Libp2p.Transports.IpAddresses.FromTcp((IPEndPoint)socket.LocalEndPoint!);
        var log = new Microsoft.Extensions.Logging.Testing.FakeLogger();
        await using var listener = new TcpTransportListener(socket, address, TimeSpan.FromMilliseconds(8), time, log)
        {
            AcceptOverride = cancellationToken =>
            {
                attempts.Release();
                return failures.TryDequeue(out var error) ? throw new SocketException((int)error) : socket.AcceptAsync(cancellationToken);
            },
        };
        var accept = listener.AcceptAsync(Token).AsTask();
        await attempts.WaitAsync(Token);
        Assert.False(accept.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(4));
        Assert.Equal(0, attempts.CurrentCount);
        // The connection that was aborted costs no pause: the next attempt follows at once.
        time.Advance(TimeSpan.FromMilliseconds(1));
        await attempts.WaitAsync(Token);
        await attempts.WaitAsync(Token);
        // Twice 5 ms is over the maximum of 8 ms.
        time.Advance(TimeSpan.FromMilliseconds(8));
        await attempts.WaitAsync(Token);
        time.Advance(TimeSpan.FromMilliseconds(8));
        await attempts.WaitAsync(Token);
        await using var dialer = await _transport.DialAsync(address, Token);
        await using var accepted = await accept;
        Assert.NotNull(accepted);
        Assert.Equal(3, log.Collector.GetSnapshot().Count(record => record.Level == Microsoft.Extensions.Logging.LogLevel.Warning));
    }

    [Fact]
    public async Task Accept_DisposedDuringAPause_EndsWithNull()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        var listener = new TcpTransportListener(
            socket, Libp2p.Transports.IpAddresses.FromTcp((IPEndPoint)socket.LocalEndPoint!), TimeSpan.FromSeconds(1), new FakeTimeProvider(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance)
        {
            AcceptOverride = _ => throw new SocketException((int)SocketError.TooManyOpenSockets),
        };
        var accept = listener.AcceptAsync(Token).AsTask();
        await listener.DisposeAsync();
        Assert.Null(await accept);
    }

    [Fact]
    public async Task Accept_ConnectionsResetBeforeTheyAreTaken_OthersAreTaken()
    {
        await using var listener = await _transport.ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), Token);
        for (var i = 0; i < 20; i++)
        {
            await using var gone = await _transport.DialAsync(listener.Address, Token);
            gone.Abort();
        }

        await using var honest = await _transport.DialAsync(listener.Address, Token);
        await honest.WriteAsync("h"u8.ToArray(), Token);
        while (true)
        {
            await using var accepted = await listener.AcceptAsync(Token);
            Assert.NotNull(accepted);
            if (accepted.RemoteAddress != honest.LocalAddress)
                continue;
            Assert.Equal("h"u8.ToArray(), await accepted.ReadExactlyAsync(1));
            return;
        }
    }

    [Fact]
    public void Options_OutOfRange_AreAllNamed()
    {
        var result = new TcpOptionsValidator().Validate(null, new TcpOptions { AcceptBacklog = 0, ConnectTimeout = TimeSpan.Zero, MaxAcceptPause = TimeSpan.Zero });
        Assert.Contains(result.Failures!, failure => failure.Contains("AcceptBacklog is '0'", StringComparison.Ordinal));
        Assert.Contains(result.Failures!, failure => failure.Contains("ConnectTimeout is '00:00:00'", StringComparison.Ordinal));
        Assert.Contains(result.Failures!, failure => failure.Contains("MaxAcceptPause is '00:00:00'", StringComparison.Ordinal));
        Assert.True(new TcpOptionsValidator().Validate(null, new TcpOptions()).Succeeded);
    }
}
