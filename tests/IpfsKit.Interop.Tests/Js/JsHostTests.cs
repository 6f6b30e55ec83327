using IpfsKit.Interop.Tests.Peers;
using IpfsKit.Libp2p;
using IpfsKit.TestKit;

namespace IpfsKit.Interop.Tests.Js;

/// <summary>A whole host and js-libp2p: identify and its push, ping, and streams of custom protocols.</summary>
public sealed class JsHostTests
{
    private const string Later = "/test/later/1.0.0";

    private static readonly JsPeerOptions WithServices = new() { Services = "identify,ping" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Identify_EitherSideDials_BothKnowWhoTheOtherIs(bool jsDials)
    {
        await using var js = await JsPeer.StartAsync(WithServices);
        await using var local = await LocalHost.StartAsync();
        await ConnectAsync(local, js, jsDials);

        var seen = await js.WaitForAsync("peer:identify", e => (string?)e["peer"] == local.PeerId.ToString());
        Assert.Equal("ipfskit-interop", (string?)seen["agent"]);
        Assert.Equal("ipfs/0.1.0", (string?)seen["protocolVersion"]);
        Assert.Equal(local.Host.LocalPeer.Protocols.Order(), seen["protocols"]!.AsArray().Select(protocol => (string)protocol!).Order());
        Assert.Contains(local.Host.LocalPeer.ListenAddresses[0].ToString(), seen["listenAddresses"]!.AsArray().Select(address => (string?)address));
        // It checks the signature, and drops the record if that is wrong.
        Assert.NotNull(seen["signedPeerRecord"]);
        Assert.StartsWith("/ip4/127.0.0.1/tcp/", (string?)seen["observedAddress"], StringComparison.Ordinal);

        await Eventually.TrueAsync("this side knows js", () => Task.FromResult(local.Host.PeerStore.GetProtocols(js.PeerId).Count > 0), JsPeer.Patience, Token);
        Assert.Contains(Handlers.Hash, local.Host.PeerStore.GetProtocols(js.PeerId));
        Assert.Equal("ipfskit-test-peer/1.0.0", local.Host.PeerStore.GetAgentVersion(js.PeerId)?.Split(' ')[0]);
        Assert.NotNull(local.Host.PeerStore.GetSignedRecord(js.PeerId));
        Assert.Contains(js.Addresses[0].Decapsulate(Multiformats.Multicodec.P2p), local.Host.PeerStore.GetAddresses(js.PeerId));
    }

    [Fact]
    public async Task Push_ProtocolsChangeOnEitherSide_TheOtherHearsOfIt()
    {
        await using var js = await JsPeer.StartAsync(WithServices);
        await using var local = await LocalHost.StartAsync();
        await ConnectAsync(local, js, jsDials: false);
        await js.WaitForAsync("peer:identify");
        await Eventually.TrueAsync("this side knows js", () => Task.FromResult(local.Host.PeerStore.GetProtocols(js.PeerId).Count > 0), JsPeer.Patience, Token);

        await js.RunAsync("handle", new { protocol = Later });
        await Eventually.TrueAsync("js pushed its new protocol", () => Task.FromResult(local.Host.PeerStore.GetProtocols(js.PeerId).Contains(Later)), JsPeer.Patience, Token);

        local.Host.SetStreamHandler(ProtocolMatcher.Exact(Later), (_, _) => Task.CompletedTask);
        await Eventually.TrueAsync("js was told of the new protocol", () => JsKnowsAsync(isThere: true), JsPeer.Patience, Token);
        local.Host.RemoveStreamHandler(Later);
        await Eventually.TrueAsync("js was told that the protocol has gone", () => JsKnowsAsync(isThere: false), JsPeer.Patience, Token);

        async Task<bool> JsKnowsAsync(bool isThere) =>
            (await js.RunAsync("peer", new { peer = local.PeerId.ToString() }))["protocols"]!.AsArray().Any(protocol => (string?)protocol == Later) == isThere;
    }

    [Fact]
    public async Task Ping_EitherWay_MeasuresRoundTrips()
    {
        await using var js = await JsPeer.StartAsync(WithServices);
        await using var local = await LocalHost.StartAsync();
        await ConnectAsync(local, js, jsDials: true);
        var statistics = await local.Ping.MeasureAsync(js.PeerId, 20, Token);
        Assert.Equal(20, statistics.RoundTrips.Count);
        Assert.InRange(statistics.Minimum, TimeSpan.FromTicks(1), statistics.Average);
        Assert.InRange(statistics.Maximum, statistics.Average, JsPeer.Patience);
        Assert.NotNull(local.Host.PeerStore.GetLatency(js.PeerId));
        for (var i = 0; i < 3; i++)
            Assert.InRange((double)(await js.RunAsync("ping", new { peer = local.PeerId.ToString() }))["milliseconds"]!, 0, JsPeer.Patience.TotalMilliseconds);
    }

    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/0")]
    [InlineData("/ip4/127.0.0.1/tcp/0/ws")]
    public async Task Streams_OfCustomProtocols_ReuseTheOneConnection(string address)
    {
        const int Bytes = 3_000_000;
        await using var js = await JsPeer.StartAsync(WithServices with { Transports = "tcp,ws", Listen = [address] });
        await using var local = await LocalHost.StartAsync(address);
        await ConnectAsync(local, js, jsDials: false);
        for (var i = 0; i < 3; i++)
        {
            await using var stream = await local.Host.NewStreamAsync(js.PeerId, ["/test/unknown/1.0.0", Handlers.Echo], Token);
            Assert.Equal(Handlers.Echo, stream.Protocol);
            var reading = Pattern.DrainAsync(stream, Token);
            await Pattern.WriteAsync(stream, Bytes, i, Token);
            await stream.CompleteWritesAsync(Token);
            Assert.Equal((Bytes, Pattern.Hash(Bytes, i)), await reading.WaitAsync(JsPeer.Patience, Token));

            var echoed = await js.RunAsync("echo", new { peer = local.PeerId.ToString(), protocol = Handlers.Echo, bytes = Bytes, seed = i });
            Assert.Equal(Pattern.Hash(Bytes, i), (string?)echoed["sha256"]);
        }

        Assert.Single(local.Host.Sessions);
        Assert.Single((await js.RunAsync("connections"))["connections"]!.AsArray());
        var gone = new TaskCompletionSource();
        local.Host.PeerDisconnected += (_, _) => gone.TrySetResult();
        await js.RunAsync("hangUp", new { peer = local.PeerId.ToString() });
        await gone.Task.WaitAsync(JsPeer.Patience, Token);
    }

    private static async Task ConnectAsync(LocalHost local, JsPeer js, bool jsDials)
    {
        if (jsDials)
            await js.RunAsync("dial", new { peer = local.Address });
        else
            await local.Host.DialAsync(js.Addresses[0], Token);
    }
}
