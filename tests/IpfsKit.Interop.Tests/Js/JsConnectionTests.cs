using IpfsKit.Interop.Tests.Peers;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Multiformats;

namespace IpfsKit.Interop.Tests.Js;

/// <summary>Connections with js-libp2p over TCP: security protocols, key types and both dial directions.</summary>
public sealed class JsConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <remarks>
    /// ECDSA is missing: js-libp2p 3.3 has no peer ids of such keys, and encodes them in a form of its own where the spec says PKIX. An identity of ECDSA is refused by it; see the test for that. The vectors of the spec show ours.
    /// </remarks>
    public static TheoryData<string, string> Combinations =>
    [
        .. from security in (string[])["noise", "tls"]
           from keyType in (string[])["Ed25519", "secp256k1", "RSA"]
           select (security, keyType),
    ];

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task Tcp_DialledByEitherSide_CarriesStreamsBothWays(string security, string keyType)
    {
        await using var js = await JsPeer.StartAsync(new JsPeerOptions { Security = security, KeyType = keyType });
        await using var local = new LocalPeer(new LocalPeerOptions { Security = security, Key = GenerateKey(keyType) }).WithTestProtocols();

        await CheckAsync(local, js, await local.DialAsync(js.Addresses[0]), security);
        await js.RunAsync("hangUp", new { peer = local.PeerId.ToString() });

        var address = await local.ListenAsync();
        var dial = js.RunAsync("dial", new { peer = address.ToString() });
        var accepted = await local.AcceptedAsync();
        var answer = await dial;
        Assert.Equal("outbound", (string?)answer["connection"]!["direction"]);
        await CheckAsync(local, js, accepted, security);
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("tls")]
    public async Task Tcp_EcdsaIdentityWhichJsDoesNotKnow_EndsInATypedFailureAndLeavesBothRunning(string security)
    {
        await using var js = await JsPeer.StartAsync(new JsPeerOptions { Security = security });
        await using (var ecdsa = new LocalPeer(new LocalPeerOptions { Security = security, Key = EcdsaPrivateKey.Generate() }))
        {
            // Who dials may be done before the other side looks at the key; then the connection ends.
            var failure = await Record.ExceptionAsync(async () =>
            {
                var connection = await ecdsa.DialAsync(js.Addresses[0]);
                if (await connection.Closed.WaitAsync(JsPeer.Patience, Token) is { } reason)
                    throw reason;
            });
            Assert.True(failure is null or Libp2pException, failure?.ToString());
        }

        await using var local = new LocalPeer(new LocalPeerOptions { Security = security }).WithTestProtocols();
        await CheckAsync(local, js, await local.DialAsync(js.Addresses[0]), security);
    }

    [Fact]
    public async Task Tcp_BothSpeakSeveral_TheFirstOfTheDialerIsUsed()
    {
        await using var js = await JsPeer.StartAsync(new JsPeerOptions { Security = "tls,noise" });
        await using var local = new LocalPeer(new LocalPeerOptions { Security = "noise,tls" }).WithTestProtocols();
        await CheckAsync(local, js, await local.DialAsync(js.Addresses[0]), "noise");
        await js.RunAsync("hangUp", new { peer = local.PeerId.ToString() });
        var dial = js.RunAsync("dial", new { peer = (await local.ListenAsync()).ToString() });
        await CheckAsync(local, js, await local.AcceptedAsync(), "tls");
        await dial;
    }

    [Fact]
    public async Task Tcp_FirstOfTheDialerIsNotSpoken_TheNextIsUsed()
    {
        await using var js = await JsPeer.StartAsync(new JsPeerOptions { Security = "tls" });
        await using var local = new LocalPeer(new LocalPeerOptions { Security = "noise,tls" }).WithTestProtocols();
        await CheckAsync(local, js, await local.DialAsync(js.Addresses[0]), "tls");
    }

    [Fact]
    public async Task Dial_AnotherPeerThanAnswers_IsRefusedOnBothSides()
    {
        await using var js = await JsPeer.StartAsync();
        await using var local = new LocalPeer();
        var somebody = Ed25519PrivateKey.Generate().PublicKey.PeerId;
        var failure = await Assert.ThrowsAsync<PeerIdMismatchException>(() => local.DialAsync(Replace(js.Addresses[0], somebody)));
        Assert.Equal(somebody, failure.Expected);
        Assert.Equal(js.PeerId, failure.Actual);

        var address = await local.ListenAsync();
        await Assert.ThrowsAsync<JsPeerException>(() => js.RunAsync("dial", new { peer = Replace(address, somebody).ToString() }));
    }

    [Fact]
    public async Task Dial_NoSecurityInCommon_FailsOnBothSides()
    {
        await using var js = await JsPeer.StartAsync(new JsPeerOptions { Security = "tls" });
        await using var local = new LocalPeer();
        await Assert.ThrowsAnyAsync<Libp2pException>(() => local.DialAsync(js.Addresses[0]));
        var address = await local.ListenAsync();
        var refused = local.RefusedAsync();
        await Assert.ThrowsAsync<JsPeerException>(() => js.RunAsync("dial", new { peer = address.ToString() }));
        await refused;
    }

    [Fact]
    public async Task HangUp_ByJs_EndsTheConnectionHereInOrder()
    {
        await using var js = await JsPeer.StartAsync();
        await using var local = new LocalPeer();
        var connection = await local.DialAsync(js.Addresses[0]);
        await js.WaitForAsync("peer:connect");
        await js.RunAsync("hangUp", new { peer = local.PeerId.ToString() });
        Assert.Null(await connection.Closed.WaitAsync(JsPeer.Patience, Token));
    }

    [Fact]
    public async Task Close_ByThisSide_EndsTheConnectionThere()
    {
        await using var js = await JsPeer.StartAsync();
        await using var local = new LocalPeer();
        var connection = await local.DialAsync(js.Addresses[0]);
        await js.WaitForAsync("peer:connect");
        await connection.CloseAsync(Token);
        await js.WaitForAsync("peer:disconnect", e => (string?)e["peer"] == local.PeerId.ToString());
    }

    [Fact]
    public async Task Ping_OfYamux_IsAnsweredByJs()
    {
        await using var js = await JsPeer.StartAsync();
        await using var local = new LocalPeer();
        var connection = await local.DialAsync(js.Addresses[0]);
        Assert.InRange(await connection.PingAsync(Token), TimeSpan.FromTicks(1), JsPeer.Patience);
    }

    internal static async Task CheckAsync(LocalPeer local, JsPeer js, IMuxedConnection connection, string security)
    {
        Assert.Equal(js.PeerId, connection.Session.RemotePeer);
        Assert.Equal(security == "noise" ? "/noise" : "/tls/1.0.0", connection.Session.Protocol);
        // js-libp2p names its muxers in the handshake, so that no round trip goes into agreeing on one.
        Assert.Equal("/yamux/1.0.0", connection.Session.Muxer);

        const int Bytes = 300_000;
        await using var stream = await local.OpenAsync(connection, Handlers.Echo);
        var reading = Pattern.DrainAsync(stream, Token);
        await Pattern.WriteAsync(stream, Bytes, 1, Token);
        await stream.CompleteWritesAsync(Token);
        Assert.Equal((Bytes, Pattern.Hash(Bytes, 1)), await reading.WaitAsync(JsPeer.Patience, Token));

        var echoed = await js.RunAsync("echo", new { peer = local.PeerId.ToString(), protocol = Handlers.Echo, bytes = Bytes, seed = 2 });
        Assert.Equal(Bytes, (int)echoed["bytes"]!);
        Assert.Equal(Pattern.Hash(Bytes, 2), (string?)echoed["sha256"]);
    }

    private static PrivateKey GenerateKey(string type) => type switch
    {
        "Ed25519" => Ed25519PrivateKey.Generate(),
        "secp256k1" => Secp256k1PrivateKey.Generate(),
        _ => RsaPrivateKey.Generate(2048),
    };

    private static Multiaddr Replace(Multiaddr address, PeerId peer) => address.Decapsulate(Multicodec.P2p).Encapsulate(Multiaddr.FromPeerId(peer));
}
