using System.Net;
using IpfsKit.Libp2p.Addresses;

namespace IpfsKit.Libp2p.Tests.Addresses;

public sealed class IpNetworkTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.255.1.2", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.0.0.1", true)]
    [InlineData("0.0.0.0/0", "203.0.113.9", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("203.0.113.9", "203.0.113.9", true)]
    [InlineData("203.0.113.9", "203.0.113.8", false)]
    [InlineData("2001:db8::/33", "2001:db8:7fff::1", true)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    [InlineData("/ip4/192.168.0.0/ipcidr/16", "192.168.3.4", true)]
    [InlineData("/ip6/fc00::/ipcidr/7", "fd00::1", true)]
    public void Network_Contains_AddressesWithItsPrefix(string network, string address, bool isIn)
    {
        Assert.True(IpNetwork.TryParse(network, out var parsed));
        Assert.Equal(isIn, parsed.Contains(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/")]
    [InlineData("::/129")]
    [InlineData("name/8")]
    [InlineData("/dns/example.com/ipcidr/8")]
    [InlineData("/ip4/10.0.0.0/ipcidr/64")]
    public void Network_OtherText_IsRefused(string text) => Assert.False(IpNetwork.TryParse(text, out _));

    [Fact]
    public void Network_Default_ContainsNothing() => Assert.False(default(IpNetwork).Contains(IPAddress.Any));
}
