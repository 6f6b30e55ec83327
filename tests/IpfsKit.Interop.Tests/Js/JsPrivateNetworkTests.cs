using IpfsKit.Interop.Tests.Peers;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.PrivateNetworks;
using IpfsKit.TestKit;

namespace IpfsKit.Interop.Tests.Js;

/// <summary>Private networks with js-libp2p: the same key connects, another one or none does not.</summary>
public sealed class JsPrivateNetworkTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("noise", "/ip4/127.0.0.1/tcp/0")]
    [InlineData("tls", "/ip4/127.0.0.1/tcp/0")]
    [InlineData("noise", "/ip4/127.0.0.1/tcp/0/ws")]
    public async Task SameKey_EitherSideDials_CarriesStreamsBothWays(string security, string address)
    {
        using var folder = new TemporaryDirectory();
        using var key = PrivateNetworkKey.Generate();
        await using var js = await StartJsAsync(folder, key, new JsPeerOptions { Security = security, Transports = "tcp,ws", Listen = [address] });
        await using var local = new LocalPeer(new LocalPeerOptions { Security = security, Protector = key }).WithTestProtocols();
        await JsConnectionTests.CheckAsync(local, js, await local.DialAsync(js.Addresses[0]), security);
        await js.RunAsync("hangUp", new { peer = local.PeerId.ToString() });
        var dial = js.RunAsync("dial", new { peer = (await local.ListenAsync(address)).ToString() });
        await JsConnectionTests.CheckAsync(local, js, await local.AcceptedAsync(), security);
        await dial;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnotherKeyOrNone_EitherSideDials_EndsInAFailure(bool hasKey)
    {
        using var folder = new TemporaryDirectory();
        using var key = PrivateNetworkKey.Generate();
        using var other = PrivateNetworkKey.Generate();
        await using var js = await StartJsAsync(folder, key, new JsPeerOptions());
        await using var local = new LocalPeer(new LocalPeerOptions { Protector = hasKey ? other : null, UpgradeTimeout = TimeSpan.FromSeconds(3) });
        await Assert.ThrowsAnyAsync<Libp2pException>(() => local.DialAsync(js.Addresses[0]));
        var address = await local.ListenAsync();
        await Assert.ThrowsAsync<JsPeerException>(() => js.RunAsync("dial", new { peer = address.ToString(), timeoutMs = 10_000 }));
        Assert.IsType<Libp2pException>(await local.RefusedAsync(), exactMatch: false);
    }

    private static async Task<JsPeer> StartJsAsync(TemporaryDirectory folder, PrivateNetworkKey key, JsPeerOptions options)
    {
        var path = folder.Combine("swarm.key");
        await File.WriteAllTextAsync(path, key.Export().TrimEnd('\n'), Token);
        return await JsPeer.StartAsync(options with { PrivateNetworkKeyPath = path });
    }
}
