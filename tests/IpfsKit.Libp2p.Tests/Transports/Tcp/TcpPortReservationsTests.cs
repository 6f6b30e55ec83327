using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Transports.Tcp;

public sealed class TcpPortReservationsTests
{
    private static readonly Multiaddr AnyPort = Multiaddr.Parse("/ip4/127.0.0.1/tcp/0");

    [Fact]
    public async Task Listener_OfAReservedAddress_TakesItsSocketAndWhoConnectedBefore()
    {
        using var ports = new TcpPortReservations();
        var address = ports.Reserve(AnyPort);
        var transport = new TcpTransport(new TcpOptions(), TimeProvider.System, reservations: ports);
        var token = TestContext.Current.CancellationToken;
        await using var early = await transport.DialAsync(address, token);

        await using var listener = await transport.ListenAsync(address, token);

        Assert.Equal(address, listener.Address);
        Assert.Equal(address, ports.Reserve(AnyPort));
        await using var accepted = await listener.AcceptAsync(token);
        Assert.NotNull(accepted);
    }

    [Fact]
    public void Reserve_PortInUse_TakesAnotherOnlyWhereThatIsAllowed()
    {
        using var first = new TcpPortReservations();
        using var second = new TcpPortReservations();
        var address = first.Reserve(AnyPort);

        Assert.Throws<ListenFailedException>(() => second.Reserve(address));
        Assert.NotEqual(address, second.Reserve(address, orFreePort: true));
    }

    [Fact]
    public void Reserve_AddressOfAnotherKind_GivesItBack()
    {
        using var ports = new TcpPortReservations();
        var address = Multiaddr.Parse("/ip4/127.0.0.1/udp/4001/quic-v1");

        Assert.Equal(address, ports.Reserve(address));
    }
}
