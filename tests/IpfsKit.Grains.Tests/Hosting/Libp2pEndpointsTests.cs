using System.Net;
using IpfsKit.Grains.Hosting;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Tests.Hosting;

public sealed class Libp2pEndpointsTests
{
    private const string Peer = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";

    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/4001", "/ip4/127.0.0.1/tcp/4001")]
    [InlineData("/ip4/0.0.0.0/tcp/4001/ws", "/ip4/192.0.2.7/tcp/4001/ws")]
    [InlineData("/dns4/example.org/tcp/4001", "/dns4/example.org/tcp/4001")]
    [InlineData("/ip6/::/tcp/4001", null)]
    public void ListenAddress_IsToldAsOthersReachIt(string listen, string? expected)
    {
        var addresses = Libp2pEndpoints.Of(new Libp2pOptions { ListenAddresses = [listen] }, PeerId.Parse(Peer), () => IPAddress.Parse("192.0.2.7"));

        Assert.Equal(expected is null ? [] : [$"{expected}/p2p/{Peer}"], addresses.Select(address => address.ToString()));
    }

    [Fact]
    public void AnnouncedAddress_StandsForThoseThatAreListenedOn()
    {
        var options = new Libp2pOptions { ListenAddresses = ["/ip4/127.0.0.1/tcp/1"] };
        options.Addresses.Announce.Add("/ip4/198.51.100.1/tcp/2");

        Assert.Equal([$"/ip4/198.51.100.1/tcp/2/p2p/{Peer}"], Libp2pEndpoints.Of(options, PeerId.Parse(Peer), () => IPAddress.Loopback).Select(address => address.ToString()));
    }
}
