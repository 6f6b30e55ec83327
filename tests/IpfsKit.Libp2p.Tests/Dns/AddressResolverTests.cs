using IpfsKit.Libp2p.Dns;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Time.Testing;
using static IpfsKit.Libp2p.Tests.Peers.TestPeers;

namespace IpfsKit.Libp2p.Tests.Dns;

public sealed class AddressResolverTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeDns _dns = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/dns4/a.example/tcp/1", "/ip4/203.0.113.1/tcp/1")]
    [InlineData("/dns6/a.example/tcp/1", "/ip6/2001:db8::1/tcp/1")]
    [InlineData("/dns/a.example/tcp/1", "/ip6/2001:db8::1/tcp/1 /ip4/203.0.113.1/tcp/1")]
    [InlineData("/dns4/a.example/tcp/443/tls/ws", "/ip4/203.0.113.1/tcp/443/tls/sni/a.example/ws")]
    [InlineData("/dns4/a.example/tcp/443/wss", "/ip4/203.0.113.1/tcp/443/tls/sni/a.example/ws")]
    [InlineData("/dns4/a.example/tcp/443/tls/sni/b.example/ws", "/ip4/203.0.113.1/tcp/443/tls/sni/b.example/ws")]
    [InlineData("/dns4/none.example/tcp/1", "")]
    [InlineData("/ip4/192.0.2.1/tcp/1", "/ip4/192.0.2.1/tcp/1")]
    public async Task Address_WithAName_BecomesAddresses(string address, string expected)
    {
        _dns.Add("a.example", "203.0.113.1", "2001:db8::1");
        Assert.Equal(expected, string.Join(" ", await ResolveAsync(address)));
    }

    [Fact]
    public async Task DnsAddr_WithAPeer_BecomesThatPeersAddresses()
    {
        _dns.Texts["_dnsaddr.boot.example"] =
        [
            $"dnsaddr=/ip4/203.0.113.1/tcp/1/p2p/{Alice}", $"dnsaddr=/ip4/203.0.113.2/tcp/1/p2p/{Bob}", $"dnsaddr=/dnsaddr/more.example/p2p/{Alice}", "other=/ip4/1.2.3.4", "dnsaddr=nonsense", "",
        ];
        _dns.Texts["_dnsaddr.more.example"] = [$"dnsaddr=/dns4/a.example/tcp/2/p2p/{Alice}"];
        _dns.Add("a.example", "203.0.113.3");

        Assert.Equal(
            [$"/ip4/203.0.113.1/tcp/1/p2p/{Alice}", $"/ip4/203.0.113.3/tcp/2/p2p/{Alice}"],
            (await ResolveAsync($"/dnsaddr/boot.example/p2p/{Alice}")).Select(address => address.ToString()));
        Assert.Equal(3, (await ResolveAsync("/dnsaddr/boot.example")).Count);
    }

    [Fact]
    public async Task DnsAddr_ThatLeadsToItself_Ends()
    {
        _dns.Texts["_dnsaddr.loop.example"] = [.. Enumerable.Repeat("dnsaddr=/dnsaddr/loop.example", 100)];
        Assert.Empty(await ResolveAsync("/dnsaddr/loop.example"));
        Assert.InRange(_dns.Questions, 1, 32);
    }

    [Fact]
    public async Task DnsAddr_ThroughMoreRecordsThanMayLeadToEachOther_EndsThere()
    {
        var depth = new DnsOptions().MaxDepth;
        for (var i = 0; i < 20; i++)
            _dns.Texts[$"_dnsaddr.n{i}.example"] = [$"dnsaddr={Address(i)}", $"dnsaddr=/dnsaddr/n{i + 1}.example"];
        Assert.Equal(Enumerable.Range(0, depth).Select(Address), await ResolveAsync("/dnsaddr/n0.example"));
        Assert.Equal(depth, _dns.Questions);
    }

    [Theory]
    [InlineData("/dns4/a.example/tcp/80/ws", "a.example")]
    [InlineData("/dnsaddr/boot.example", "a.example")]
    [InlineData("/ip4/192.0.2.1/tcp/80/ws", null)]
    public async Task Address_OfAPlainWebSocket_KeepsItsNameBesideIt(string address, string? name)
    {
        _dns.Add("a.example", "203.0.113.1");
        _dns.Texts["_dnsaddr.boot.example"] = ["dnsaddr=/dns4/a.example/tcp/80/ws"];
        var resolved = Assert.Single(await new AddressResolver(_dns, new DnsOptions(), _time).ResolveAsync(Multiaddr.Parse(address), Cancellation));
        Assert.Equal(name, resolved.Name);
    }

    [Fact]
    public async Task DnsAddr_WithManyAddresses_IsBounded()
    {
        _dns.Texts["_dnsaddr.many.example"] = [.. Enumerable.Range(0, 10_000).Select(i => $"dnsaddr={Address(i)}")];
        Assert.Equal(100, (await ResolveAsync("/dnsaddr/many.example")).Count);
    }

    [Fact]
    public async Task Servers_ThatFail_AreSaidToHave()
    {
        _dns.Fails = true;
        var failure = await Assert.ThrowsAsync<DnsFailedException>(() => ResolveAsync("/dns/a.example/tcp/1"));
        Assert.Equal("a.example", failure.Name);
    }

    [Fact]
    public async Task Servers_ThatDoNotAnswer_AreGivenUp()
    {
        _dns.Hangs = true;
        var resolving = ResolveAsync("/dns4/a.example/tcp/1");
        _time.Advance(new DnsOptions().Timeout);
        await Assert.ThrowsAsync<DnsFailedException>(() => resolving);
    }

    private async Task<IReadOnlyList<Multiaddr>> ResolveAsync(string address) =>
        [.. (await new AddressResolver(_dns, new DnsOptions(), _time).ResolveAsync(Multiaddr.Parse(address), Cancellation)).Select(item => item.Address)];
}
