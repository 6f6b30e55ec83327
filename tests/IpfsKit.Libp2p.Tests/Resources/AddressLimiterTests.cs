using System.Net;
using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Resources;

namespace IpfsKit.Libp2p.Tests.Resources;

public sealed class AddressLimiterTests
{
    private static readonly AddressLimits Limits = new(2, 2, 3);

    [Theory]
    [InlineData("203.0.113.1", "203.0.113.1", 2)]
    [InlineData("::ffff:203.0.113.1", "203.0.113.1", 2)]
    [InlineData("2001:db8:0:100::1", "2001:db8:0:1ff::2", 2)]
    public void Connections_OfOneAddress_AreBounded(string first, string second, int most)
    {
        var limiter = new AddressLimiter(Limits, []);
        var leases = new List<AddressLimiter.Lease>();
        for (var i = 0; i < most; i++)
        {
            Assert.True(limiter.TryAdd(IPAddress.Parse(i % 2 == 0 ? first : second), out var lease, out _));
            leases.Add(lease);
        }

        Assert.False(limiter.TryAdd(IPAddress.Parse(first), out _, out var limit));
        Assert.Equal(most, limit);

        leases.ForEach(lease => lease.Dispose());
        Assert.Equal(0, limiter.Count);
        Assert.True(limiter.TryAdd(IPAddress.Parse(first), out _, out _));
    }

    [Fact]
    public void Connections_OfOneIPv6Site_AreBounded()
    {
        var limiter = new AddressLimiter(Limits, []);
        for (var i = 0; i < 3; i++)
            Assert.True(limiter.TryAdd(IPAddress.Parse($"2001:db8:0:{i}00::1"), out _, out _));

        Assert.False(limiter.TryAdd(IPAddress.Parse("2001:db8:0:900::1"), out _, out var limit));
        Assert.Equal(3, limit);
        Assert.True(limiter.TryAdd(IPAddress.Parse("2001:db8:1:900::1"), out _, out _));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("10.1.2.3")]
    [InlineData("::ffff:10.1.2.3")]
    public void Connections_OfExemptNetworks_AreNotCounted(string address)
    {
        Assert.True(IpNetwork.TryParse("10.0.0.0/8", out var silos));
        var limiter = new AddressLimiter(Limits, [silos]);
        for (var i = 0; i < 100; i++)
            Assert.True(limiter.TryAdd(IPAddress.Parse(address), out _, out _));
        Assert.Equal(0, limiter.Count);
    }
}
